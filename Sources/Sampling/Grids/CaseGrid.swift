import MedicalImages

/// The grid of a case between its file and the network: axes in the order of the recipe's planes, cropped, and the route of
/// each sample from there on.
public struct CaseGrid: Sendable, Hashable {
    /// In the file.
    public let stored: Extent
    /// From the file's axes to those of the planes.
    let order: AxisOrder
    /// What is cropped to, in pixels of the planes; nil: nothing is.
    let crop: PixelBox?
    /// With the axes in order, after cropping: `depth` planes of `height` rows and `width` columns.
    public let extent: Extent
    /// Where the voxels of the file lie; nil where it does not say it.
    public let storedGeometry: VoxelGeometry?
    /// How a sample gets to the network and back.
    public let route: GridRoute

    /// Samples of the case: its planes, or one for the whole.
    public var sampleCount: Int { extent.depth / route.native.depth }

    /// The voxels of one sample, in `[depth, height, width]` of `extent`.
    public func voxels(ofSample index: Int) -> Range<Int> { index * route.native.count..<(index + 1) * route.native.count }

    /// Where the voxels of the whole image lie, its axes in order.
    public var geometry: VoxelGeometry? { storedGeometry.map { order.geometry(of: $0, extent: stored) } }

    /// The values of a file in this grid.
    ///
    /// - Parameter values: `[channels, depth, height, width]` of the stored grid, any number of channels.
    public func apply<Value>(to values: [Value]) -> [Value] {
        let ordered = order.apply(to: values, of: stored)
        return crop?.crop(ordered, of: order.extent(of: stored)) ?? ordered
    }

    /// The samples of a file in this grid; where nothing is to be done, they are not copied.
    func apply(to samples: Samples) -> Samples {
        order == .stored && crop == nil ? samples : samples.rearranged(by: Rearrangement(grid: self))
    }

    private struct Rearrangement: SampleRearrangement {
        let grid: CaseGrid

        func callAsFunction<T>(_ values: consuming [T]) -> [T] { grid.apply(to: values) }
    }

    /// Values of one channel on the grid of the file.
    ///
    /// - Parameter outside: what stands where the image was cropped.
    func restore<Value>(_ values: [Value], outside: Value) -> [Value] {
        var stored = stored
        stored.channels = 1
        let whole = order.extent(of: stored)
        return order.inverse.apply(to: crop?.paste(values, into: whole, around: outside) ?? values, of: whole)
    }

    /// Where the file has a voxel of this grid.
    func storedPosition(of voxel: VoxelPosition) -> VoxelPosition {
        let place = order.storedPlace(of: [voxel.x + (crop?.x ?? 0), voxel.y + (crop?.y ?? 0), voxel.z], in: stored)
        return VoxelPosition(x: place[0], y: place[1], z: place[2], channel: voxel.channel)
    }
}

extension Recipe {
    /// The grid of a case.
    ///
    /// - Parameters:
    ///   - extent: in the file.
    ///   - geometry: of the file.
    ///   - path: the file, for the message.
    /// - Throws: `CaseError.sheared` for axes that are not at right angles where anatomical planes are asked for, `.crop` where
    ///   the box reaches out of the image, `.noSpacing` for a file that states no spacing where the recipe asks for one,
    ///   `.tooLarge` where samples would have to be cut.
    public func grid(of extent: Extent, _ geometry: VoxelGeometry?, path: String) throws -> CaseGrid {
        if plane.isAnatomical, let shear = geometry?.shear, shear > Self.largestShear {
            throw CaseError.sheared(path: path, degrees: shear)
        }
        let order = plane.order(of: extent, geometry)
        let whole = order.extent(of: extent)
        let cropped = try crop?.extent(in: whole, path: path) ?? whole
        let ordered = geometry.map { order.geometry(of: $0, extent: extent) }
        return CaseGrid(
            stored: extent, order: order, crop: crop, extent: cropped, storedGeometry: geometry,
            route: try route(of: cropped, geometry: ordered, path: path))
    }

    /// In degrees: headers in Float32 and oblique slices round far below it, and a tilted gantry goes far beyond.
    private static let largestShear = 1.0
}
