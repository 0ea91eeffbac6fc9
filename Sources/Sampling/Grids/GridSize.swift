import MedicalImages

/// The size of what a network sees at once: rows and columns of a plane, or planes, rows and columns of a volume.
public struct GridSize: Sendable, Hashable, CustomStringConvertible {
    /// 1 for a plane.
    public let depth: Int
    public let height: Int
    public let width: Int
    /// 2 for a plane, 3 for a volume.
    public let dimensions: Int

    /// A plane.
    ///
    /// - Precondition: both sizes are at least 1.
    public init(height: Int, width: Int) { self.init([height, width]) }

    /// - Parameter lengths: rows and columns, or planes, rows and columns.
    /// - Precondition: two or three sizes of at least 1.
    public init(_ lengths: [Int]) {
        precondition(
            [2, 3].contains(lengths.count) && lengths.allSatisfy { $0 > 0 }, "a grid has two or three sizes of at least 1")
        dimensions = lengths.count
        depth = dimensions == 3 ? lengths[0] : 1
        (height, width) = (lengths[dimensions - 2], lengths[dimensions - 1])
    }

    /// `[height, width]`, or `[depth, height, width]`.
    public var lengths: [Int] { dimensions == 3 ? [depth, height, width] : [height, width] }

    /// Pixels or voxels.
    public var count: Int { depth * height * width }

    /// One of its planes.
    var plane: GridSize { GridSize(height: height, width: width) }

    /// Of one of its planes.
    package var planeCount: Int { height * width }

    /// Whether this is a volume less than a third as deep as its planes are wide, which is worked on within its planes alone.
    var isSlab: Bool { dimensions == 3 && 3 * depth < min(height, width) }

    /// Pixels, or voxels.
    var unit: String { dimensions == 3 ? "voxels" : "pixels" }

    public var description: String {
        dimensions == 3 ? "\(depth)×\(height)×\(width) (planes × rows × columns)" : "\(height)×\(width) (rows × columns)"
    }

    /// The length of each axis as `length` has it of this and the other's.
    ///
    /// - Precondition: equal dimensions.
    func zip(_ other: GridSize, _ length: (Int, Int) -> Int) -> GridSize {
        precondition(dimensions == other.dimensions, "sizes of \(dimensions) and \(other.dimensions) dimensions")
        return GridSize(Swift.zip(lengths, other.lengths).map(length))
    }

    /// Whether something of this size lies within the other.
    func fits(into other: GridSize) -> Bool { Swift.zip(lengths, other.lengths).allSatisfy { $0 <= $1 } }
}

extension Extent {
    /// Rows and columns of the planes across z.
    public var plane: GridSize { GridSize(height: height, width: width) }

    /// Planes, rows and columns.
    public var volume: GridSize { GridSize([depth, height, width]) }
}

extension Array {
    /// One plane of one channel, `[rows, columns]`, of a volume `[channels, depth, height, width]`.
    public func plane(_ index: Int, channel: Int = 0, of extent: Extent) -> [Element] {
        let start = (channel * extent.depth + index) * extent.planeSize
        return Array(self[start..<start + extent.planeSize])
    }
}
