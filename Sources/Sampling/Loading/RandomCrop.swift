import Randomness

/// A window cut from a larger sample at a random place, often about foreground, which is rare.
struct RandomCrop: Sendable, Hashable {
    let size: GridSize
    /// The share of windows that are placed about a random pixel of the foreground, where the sample has one.
    let foreground: Double
    private let labels: LabelMap

    /// The crop of a recipe; nil where its fit makes every sample of one size.
    init?(_ recipe: Recipe) {
        guard case .crop(let size, let foreground) = recipe.fit else { return nil }
        self.size = size
        self.foreground = foreground
        labels = recipe.labels
    }

    /// - Precondition: the sample is at least of the window's size.
    func apply(to sample: Sample, generator: inout SeededGenerator) -> Sample {
        // Planes have no draw for an axis that they do not have.
        let front = size.dimensions == 3 ? generator.index(below: sample.size.depth - size.depth + 1) : 0
        let top = generator.index(below: sample.size.height - size.height + 1)
        var window = GridBox(
            size, front: front, top: top, left: generator.index(below: sample.size.width - size.width + 1))
        if generator.chance(foreground), let pixel = foregroundPixel(of: sample, &generator) {
            window = self.window(about: pixel, in: sample.size)
        }
        return Sample(
            id: sample.id,
            image: (0..<sample.channels).flatMap { window.cut(sample.image, of: sample.size, from: $0 * sample.size.count) },
            labels: window.cut(sample.labels, of: sample.size), channels: sample.channels, size: size,
            sourceSize: sample.sourceSize)
    }

    /// The window with a pixel in its middle, moved into the sample.
    func window(about pixel: Int, in grid: GridSize) -> GridBox {
        func start(_ place: Int, _ window: Int, _ length: Int) -> Int { min(max(place - window / 2, 0), length - window) }
        return GridBox(
            size, front: start(pixel / grid.planeCount, size.depth, grid.depth),
            top: start(pixel / grid.width % grid.height, size.height, grid.height),
            left: start(pixel % grid.width, size.width, grid.width))
    }

    private func foregroundPixel(of sample: Sample, _ generator: inout SeededGenerator) -> Int? {
        let total = sample.labels.count(where: labels.isForeground)
        guard total > 0 else { return nil }
        var left = generator.index(below: total)
        return sample.labels.firstIndex { label in
            guard labels.isForeground(label) else { return false }
            left -= 1
            return left < 0
        }
    }
}
