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
