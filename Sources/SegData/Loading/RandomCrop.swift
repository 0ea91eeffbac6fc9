/// A window cut from a larger plane at a random place, often about foreground, which is rare.
struct RandomCrop: Sendable, Hashable {
    let size: PlaneSize
    /// The share of windows that are placed about a random pixel of the foreground, where the plane has one.
    let foreground: Double
    private let labels: LabelMap

    /// The crop of a recipe; nil where its fit makes every plane of one size.
    init?(_ recipe: PlaneRecipe) {
        guard case .crop(let size, let foreground) = recipe.fit else { return nil }
        self.size = size
        self.foreground = foreground
        labels = recipe.labels
    }

    /// - Precondition: the plane is at least of the window's size.
    func apply(to sample: PlaneSample, generator: inout SeededGenerator) -> PlaneSample {
        let (rows, columns) = (sample.size.height - size.height, sample.size.width - size.width)
        var (top, left) = (generator.index(below: rows + 1), generator.index(below: columns + 1))
        if generator.chance(foreground), let pixel = foregroundPixel(of: sample, &generator) {
            (top, left) = place(about: pixel, in: sample.size)
        }
        return PlaneSample(
            id: sample.id,
            image: stride(from: 0, to: sample.image.count, by: sample.size.count).flatMap {
                window(of: sample.image, from: $0, sample.size.width, top, left)
            },
            labels: window(of: sample.labels, from: 0, sample.size.width, top, left), channels: sample.channels, size: size,
            sourceSize: sample.sourceSize)
    }

    private func foregroundPixel(of sample: PlaneSample, _ generator: inout SeededGenerator) -> Int? {
        let total = sample.labels.count(where: labels.isForeground)
        guard total > 0 else { return nil }
        var left = generator.index(below: total)
        return sample.labels.firstIndex { label in
            guard labels.isForeground(label) else { return false }
            left -= 1
            return left < 0
        }
    }

    private func window<Value>(of values: [Value], from start: Int, _ width: Int, _ top: Int, _ left: Int) -> [Value] {
        (top..<top + size.height).flatMap { row in
            let first = start + row * width + left
            return values[first..<first + size.width]
        }
    }
}
