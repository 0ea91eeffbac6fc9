/// Samples of equal size in plain buffers, for one step.
public struct Batch: Sendable, Equatable {
    /// `[B, channels]` of `size`.
    public var images: [Float]
    /// `[B]` of `size`, classes and `LabelMap.ignored`.
    public var labels: [UInt8]
    /// What the samples are, in order.
    public var samples: [SampleID]
    public let channels: Int
    public let size: GridSize

    /// B.
    public var count: Int { samples.count }

    /// - Precondition: at least one sample, all of one size.
    package init(_ parts: [Sample]) {
        precondition(!parts.isEmpty, "a batch has a sample")
        channels = parts[0].channels
        size = parts[0].size
        images = []
        labels = []
        images.reserveCapacity(parts.count * channels * size.count)
        labels.reserveCapacity(parts.count * size.count)
        for part in parts {
            precondition(part.channels == channels && part.size == size, "the samples of a batch have one size")
            images += part.image
            labels += part.labels
        }
        samples = parts.map(\.id)
    }

    /// The first samples.
    package func prefix(_ count: Int) -> Batch {
        var batch = self
        batch.images = Array(images.prefix(count * channels * size.count))
        batch.labels = Array(labels.prefix(count * size.count))
        batch.samples = Array(samples.prefix(count))
        return batch
    }
}
