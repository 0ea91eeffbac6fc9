/// A plane of a case: the case's name and the plane's place along the axis of cutting.
public struct SampleID: Sendable, Hashable, CustomStringConvertible {
    public let caseID: String
    public let plane: Int

    public init(caseID: String, plane: Int) {
        self.caseID = caseID
        self.plane = plane
    }

    public var description: String { "\(caseID) plane \(plane)" }
}

/// One two-dimensional sample, ready for a network.
public struct PlaneSample: Sendable, Equatable {
    public let id: SampleID
    /// `[channels, size.height, size.width]`, normalised.
    public var image: [Float]
    /// `[size.height, size.width]`, classes and `LabelMap.ignored`.
    public var labels: [UInt8]
    public let channels: Int
    /// The size that the network sees.
    public let size: PlaneSize
    /// The size of the plane in its file.
    public let sourceSize: PlaneSize

    /// - Precondition: the buffers have the stated sizes.
    public init(id: SampleID, image: [Float], labels: [UInt8], channels: Int, size: PlaneSize, sourceSize: PlaneSize) {
        precondition(image.count == channels * size.count && labels.count == size.count, "buffers of \(channels) × \(size)")
        self.id = id
        self.image = image
        self.labels = labels
        self.channels = channels
        self.size = size
        self.sourceSize = sourceSize
    }
}
