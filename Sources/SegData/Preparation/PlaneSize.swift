import MedicalImages

/// Rows and columns of a plane.
public struct PlaneSize: Sendable, Hashable, Codable, CustomStringConvertible {
    public var height: Int
    public var width: Int

    /// - Precondition: both sizes are at least 1.
    public init(height: Int, width: Int) {
        precondition(height > 0 && width > 0, "a plane has sizes of at least 1")
        self.height = height
        self.width = width
    }

    /// Pixels of the plane.
    public var count: Int { height * width }

    public var description: String { "\(height)×\(width) (rows × columns)" }
}

extension Extent {
    /// Rows and columns of the planes across z.
    public var plane: PlaneSize { PlaneSize(height: height, width: width) }
}

extension Array {
    /// One plane of one channel, `[rows, columns]`, of a volume `[channels, depth, height, width]`.
    public func plane(_ index: Int, channel: Int = 0, of extent: Extent) -> [Element] {
        let start = (channel * extent.depth + index) * extent.planeSize
        return Array(self[start..<start + extent.planeSize])
    }
}
