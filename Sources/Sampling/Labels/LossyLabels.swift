/// Bytes of labels that scatter about a few values, as JPEG compression and interpolation leave them.
public struct LossyLabels: Sendable, Hashable {
    /// The values that were meant, rising, two or more.
    public let centers: [Int]

    /// Values at most this far from a centre belong to it.
    private static let reach = 8
    /// Artefacts of the largest blocks lie further off; masks are not drawn with values so close to each other.
    private static let apart = 24
    private static let bytes = 0...255

    /// Nil where the values look exact.
    ///
    /// Values are centres that stick out of those around them and have a share of what is not the commonest centre's. Labels that
    /// do not come from a lossy format must look like masks of the full range besides, about 0 and about 255.
    ///
    /// - Parameters:
    ///   - pixels: of each value.
    ///   - areCompressed: whether files of a lossy format are among the labels.
    public init?(_ pixels: [Int: Int], areCompressed: Bool) {
        let values = pixels.filter { $0.value > 0 }
        guard values.count > 2, values.keys.allSatisfy(Self.bytes.contains) else { return nil }
        func mass(around center: Int) -> Int {
            (center - Self.reach...center + Self.reach).reduce(0) { $0 + (values[$1] ?? 0) }
        }
        let byCount = values.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        let rest = values.values.reduce(0, +) - mass(around: byCount[0].key)
        var found: [Int] = []
        for (value, count) in byCount where found.allSatisfy({ abs($0 - value) > Self.apart }) {
            let mass = mass(around: value)
            // A band that interpolation makes evenly has a 17th of its mass in each value.
            if found.isEmpty || mass * 20 >= rest && count * 6 >= mass { found.append(value) }
        }
        found.sort()
        guard found.count > 1, values.count > found.count else { return nil }
        if !areCompressed {
            let scattered = found.allSatisfy { center in
                values.keys.count { $0 != center && abs($0 - center) <= Self.reach } >= 3
            }
            guard scattered, found[0] <= Self.reach, found[found.count - 1] >= Self.bytes.upperBound - Self.reach else {
                return nil
            }
        }
        // Noise may make a neighbour of the full range's ends the commonest.
        if found[0] <= Self.reach { found[0] = 0 }
        if found[found.count - 1] >= Self.bytes.upperBound - Self.reach { found[found.count - 1] = Self.bytes.upperBound }
        centers = found
    }

    /// For each centre all bytes that are nearest to it; the centre first, with which predictions are written.
    public var ranges: [[LabelRange]] {
        centers.enumerated().map { number, center in
            let low = number > 0 ? (centers[number - 1] + center) / 2 + 1 : Self.bytes.lowerBound
            let high = number + 1 < centers.count ? (center + centers[number + 1]) / 2 : Self.bytes.upperBound
            guard low < center else { return [LabelRange(low...high)] }
            return [LabelRange(center), LabelRange(low...center - 1)] + (center < high ? [LabelRange(center + 1...high)] : [])
        }
    }

    /// The centre that a byte is nearest to; nil beyond bytes.
    public func center(of value: Int) -> Int? {
        zip(centers, ranges).first { $1.contains { $0.bounds.contains(value) } }?.0
    }

    /// What to say of such labels.
    public var remark: String {
        "label values scatter about \(centers.dropLast().map(String.init).joined(separator: ", ")) and \(centers[centers.count - 1])"
            + ", as JPEG and interpolation leave them; PNG would keep them exact"
    }
}
