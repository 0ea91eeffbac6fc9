import Randomness

/// A window cut from a larger sample at a random place, often about foreground, which is rare.
struct RandomCrop: Sendable, Hashable {
    let size: GridSize
    /// The probability that a window is placed about foreground, where the sample has some.
    let foreground: Double
    let about: GridFit.Focus
    private let labels: LabelMap

    /// The crop of a recipe; nil where its fit makes every sample of one size.
    init?(_ recipe: Recipe) {
        guard case .crop(let size, let foreground, let about, _) = recipe.fit else { return nil }
        self.size = size
        self.foreground = foreground
        self.about = about
        labels = recipe.labels
    }

    /// Where a random window of a sample lies.
    ///
    /// - Throws: `FileError`.
    /// - Precondition: the sample is at least of the window's size, and was stored for windows of this kind.
    func window(in sample: StoredSample, generator: inout SeededGenerator) throws -> GridBox {
        let grid = sample.outline.size
        // Planes have no draw for an axis that they do not have.
        let front = size.dimensions == 3 ? generator.index(below: grid.depth - size.depth + 1) : 0
        let top = generator.index(below: grid.height - size.height + 1)
        let left = generator.index(below: grid.width - size.width + 1)
        let isAbout = generator.chance(foreground)
        if isAbout, let places = sample.foreground, let pixel = try pixel(of: sample, places, &generator) {
            return window(about: pixel, in: grid)
        }
        return GridBox(size, front: front, top: top, left: left)
    }

    /// The window with a pixel in its middle, moved into the sample.
    func window(about pixel: Int, in grid: GridSize) -> GridBox {
        func start(_ place: Int, _ window: Int, _ length: Int) -> Int { min(max(place - window / 2, 0), length - window) }
        return GridBox(
            size, front: start(pixel / grid.planeCount, size.depth, grid.depth),
            top: start(pixel / grid.width % grid.height, size.height, grid.height),
            left: start(pixel % grid.width, size.width, grid.width))
    }

    /// Where the pixels lie about which windows of a sample are placed.
    func places(in labels: [UInt8]) -> ForegroundPlaces {
        places(in: labels, classOfLabel: (0...255).map { (label: UInt8) in self.labels.isForeground(label) ? Int(label) : nil })
    }

    /// - Parameter classOfLabel: for each of the 256 labels its class; nil for those that are no foreground.
    func places(in labels: [UInt8], classOfLabel: [Int?]) -> ForegroundPlaces {
        switch about {
        case .pixel: ForegroundPlaces(of: labels, groupOfLabel: classOfLabel.map { $0 == nil ? nil : 0 })
        case .class: ForegroundPlaces(of: labels, groupOfLabel: classOfLabel)
        }
    }

    private func pixel(
        of sample: StoredSample, _ places: ForegroundPlaces, _ generator: inout SeededGenerator
    ) throws -> Int? {
        let counts = places.counts
        guard !counts.isEmpty else { return nil }
        let group = counts.count > 1 ? generator.index(below: counts.count) : 0
        return try places.pixel(generator.index(below: counts[group]), ofGroup: group, labels: sample.labels(in:))
    }
}
