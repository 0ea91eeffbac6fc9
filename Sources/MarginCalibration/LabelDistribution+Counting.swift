extension LabelDistribution {
    /// Counts the classes of a label map, e.g. of one image; `adding(_:)` joins the images.
    ///
    /// - Parameters:
    ///   - labels: one label a pixel, in any order.
    ///   - classCount: c; labels are 0 ..< c.
    ///   - ignored: the label of pixels that are left out.
    /// - Throws: `LabelDistributionError.labelOutside` for a label that is neither a class nor the ignored one.
    /// - Precondition: 1 ≤ `classCount` ≤ 256.
    public static func counting(
        _ labels: some Collection<UInt8>, classCount: Int, ignoring ignored: UInt8? = nil
    ) throws -> LabelDistribution {
        precondition((1...256).contains(classCount), "8-bit labels name 1 to 256 classes, not \(classCount)")
        var bins = histogram(labels)
        if let ignored { bins[Int(ignored)] = 0 }
        if let value = bins.indices.dropFirst(classCount).first(where: { bins[$0] > 0 }) {
            let position = labels.enumerated().first { $0.element == value }!.offset  // its bin holds at least one pixel
            throw LabelDistributionError.labelOutside(
                value: value, count: bins[value], firstPosition: position, classCount: classCount)
        }
        return try LabelDistribution(counts: Array(bins.prefix(classCount)))
    }

    /// How often each of the 256 values occurs.
    private static func histogram(_ labels: some Collection<UInt8>) -> [Int] {
        labels.withContiguousStorageIfAvailable(histogram) ?? Array(labels).withUnsafeBufferPointer(histogram)
    }

    /// Four partial histograms: label maps are long runs of one value, and an increment that waits for the previous
    /// increment of the same bin costs several times a plain one. Unsafe buffers, because this reads whole data sets.
    private static func histogram(_ labels: UnsafeBufferPointer<UInt8>) -> [Int] {
        var partial = [Int](repeating: 0, count: 4 * 256)
        partial.withUnsafeMutableBufferPointer { bins in
            let quads = labels.count & ~3
            for i in stride(from: 0, to: quads, by: 4) {
                bins[Int(labels[i])] += 1
                bins[256 + Int(labels[i + 1])] += 1
                bins[512 + Int(labels[i + 2])] += 1
                bins[768 + Int(labels[i + 3])] += 1
            }
            for i in quads..<labels.count { bins[Int(labels[i])] += 1 }
        }
        return (0..<256).map { partial[$0] + partial[256 + $0] + partial[512 + $0] + partial[768 + $0] }
    }
}
