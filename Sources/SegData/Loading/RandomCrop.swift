/// A window cut from a larger plane at a random place, often about foreground, which is rare.
struct RandomCrop: Sendable, Hashable {
    let size: PlaneSize
    /// The share of windows that are placed about a random pixel of a class other than 0, where the plane has one.
    let foreground: Double

    /// The crop of a fit; nil where the fit makes every plane of one size.
    init?(_ fit: PlaneFit) {
        guard case .crop(let size, let foreground) = fit else { return nil }
        self.size = size
        self.foreground = foreground
    }

    /// - Precondition: the plane is at least of the window's size.
    func apply(to sample: PlaneSample, generator: inout SeededGenerator) -> PlaneSample {
        let (rows, columns) = (sample.size.height - size.height, sample.size.width - size.width)
        var (top, left) = (generator.index(below: rows + 1), generator.index(below: columns + 1))
        if generator.chance(foreground), let pixel = Self.foregroundPixel(of: sample, &generator) {
            top = min(max(pixel / sample.size.width - size.height / 2, 0), rows)
            left = min(max(pixel % sample.size.width - size.width / 2, 0), columns)
        }
        return PlaneSample(
            id: sample.id,
            image: stride(from: 0, to: sample.image.count, by: sample.size.count).flatMap {
                window(of: sample.image, from: $0, sample.size.width, top, left)
            },
            labels: window(of: sample.labels, from: 0, sample.size.width, top, left), channels: sample.channels, size: size,
            sourceSize: sample.sourceSize)
    }

    private static func foregroundPixel(of sample: PlaneSample, _ generator: inout SeededGenerator) -> Int? {
        func counts(_ label: UInt8) -> Bool { label != 0 && label != LabelMap.ignored }
        let total = sample.labels.count(where: counts)
        guard total > 0 else { return nil }
        var left = generator.index(below: total)
        return sample.labels.firstIndex { label in
            guard counts(label) else { return false }
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
