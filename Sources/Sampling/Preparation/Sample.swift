/// What a sample is made of: a plane of a case, or the whole of it.
public struct SampleID: Sendable, Hashable, CustomStringConvertible {
    public let caseID: String
    /// Nil for the whole.
    public let plane: Int?

    package init(caseID: String, plane: Int?) {
        self.caseID = caseID
        self.plane = plane
    }

    public var description: String { plane.map { "\(caseID) plane \($0)" } ?? caseID }
}

/// A plane or a volume, ready for a network.
public struct Sample: Sendable, Equatable {
    public let id: SampleID
    /// `[channels]` of `size`, normalised.
    public var image: [Float]
    /// Of `size`, classes and `LabelMap.ignored`.
    public var labels: [UInt8]
    public let channels: Int
    /// The size that the network sees.
    public let size: GridSize
    /// The size in its file.
    public let sourceSize: GridSize

    /// - Precondition: the buffers have the stated sizes.
    public init(id: SampleID, image: [Float], labels: [UInt8], channels: Int, size: GridSize, sourceSize: GridSize) {
        precondition(image.count == channels * size.count && labels.count == size.count, "buffers of \(channels) × \(size)")
        self.id = id
        self.image = image
        self.labels = labels
        self.channels = channels
        self.size = size
        self.sourceSize = sourceSize
    }

    /// Puts another image in place of each channel's, in order.
    mutating func changeChannels(_ change: ([Float]) -> [Float]) {
        for start in stride(from: 0, to: image.count, by: size.count) {
            let channel = start..<start + size.count
            image.replaceSubrange(channel, with: change(Array(image[channel])))
        }
    }
}
