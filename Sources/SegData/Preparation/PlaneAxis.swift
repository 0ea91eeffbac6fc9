import MedicalImages

/// The axis of a volume across which it is cut into planes.
///
/// Planes across z have rows along y and columns along x; across y, rows along z and columns along x; across x, rows along
/// z and columns along y.
public enum PlaneAxis: String, Sendable, Codable, CaseIterable {
    case x, y, z

    /// How many planes a volume has.
    public func planeCount(of extent: Extent) -> Int {
        switch self {
        case .x: extent.width
        case .y: extent.height
        case .z: extent.depth
        }
    }

    /// Rows and columns of a volume's planes.
    public func planeSize(of extent: Extent) -> PlaneSize {
        switch self {
        case .x: PlaneSize(height: extent.depth, width: extent.height)
        case .y: PlaneSize(height: extent.depth, width: extent.width)
        case .z: PlaneSize(height: extent.height, width: extent.width)
        }
    }

    /// One plane of one channel, `[rows, columns]`, of a volume `[channels, depth, height, width]`.
    public func plane<Value>(_ index: Int, channel: Int = 0, of volume: [Value], extent: Extent) -> [Value] {
        let walk = walk(index, channel: channel, extent: extent)
        if walk.columnStep == 1, walk.rowStep == walk.size.width {
            return Array(volume[walk.start..<walk.start + walk.size.count])
        }
        var plane: [Value] = []
        plane.reserveCapacity(walk.size.count)
        for row in 0..<walk.size.height {
            for column in 0..<walk.size.width { plane.append(volume[walk.start + row * walk.rowStep + column * walk.columnStep]) }
        }
        return plane
    }

    /// Puts a plane, `[rows, columns]`, where `plane(_:channel:of:extent:)` takes it from.
    ///
    /// - Precondition: the plane has the size of the volume's planes.
    public func insert<Value>(_ plane: [Value], at index: Int, channel: Int = 0, into volume: inout [Value], extent: Extent) {
        let walk = walk(index, channel: channel, extent: extent)
        precondition(plane.count == walk.size.count, "the plane has the size of the volume's planes")
        for row in 0..<walk.size.height {
            for column in 0..<walk.size.width {
                volume[walk.start + row * walk.rowStep + column * walk.columnStep] = plane[row * walk.size.width + column]
            }
        }
    }

    private func walk(_ index: Int, channel: Int, extent: Extent) -> (start: Int, rowStep: Int, columnStep: Int, size: PlaneSize)
    {
        precondition((0..<planeCount(of: extent)).contains(index), "plane \(index) of \(planeCount(of: extent))")
        precondition((0..<extent.channels).contains(channel), "channel \(channel) of \(extent.channels)")
        let start = channel * extent.voxelCount
        let size = planeSize(of: extent)
        return switch self {
        case .x: (start + index, extent.planeSize, extent.width, size)
        case .y: (start + index * extent.width, extent.planeSize, 1, size)
        case .z: (start + index * extent.planeSize, extent.width, 1, size)
        }
    }
}
