import MedicalImages

/// The grid of a case between its file and the network: axes in the order of the recipe's planes, cropped, and the route of
/// each sample from there on.
public struct CaseGrid: Sendable, Hashable {
    /// In the file.
    public let stored: Extent
    /// From the file's axes to those of the planes.
    let order: AxisOrder
    /// What is cropped to, in voxels of the planes; nil: nothing is.
    let crop: GridBox?
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
        guard let crop else { return ordered }
        let whole = order.extent(of: stored)
        return stride(from: 0, to: ordered.count, by: whole.voxelCount).flatMap { crop.cut(ordered, of: whole.volume, from: $0) }
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
        return order.inverse.apply(to: crop?.paste(values, into: whole.volume, outside: outside) ?? values, of: whole)
    }

    /// Where the file has a voxel of this grid.
    func storedPosition(of voxel: VoxelPosition) -> VoxelPosition {
        let place = order.storedPlace(
            of: [voxel.x + (crop?.left ?? 0), voxel.y + (crop?.top ?? 0), voxel.z + (crop?.front ?? 0)], in: stored)
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
    ///   - nonzero: the box that holds what is not 0, on the stored grid; nil: all of it, as where only headers are known.
    /// - Throws: `CaseError.sheared` for axes that are not at right angles where anatomical planes are asked for, `.crop` where
    ///   the box reaches out of the image, `.noSpacing` for a file that states no spacing where the recipe asks for one,
    ///   `.tooLarge` where samples would have to be cut.
    public func grid(of extent: Extent, _ geometry: VoxelGeometry?, path: String, nonzero: GridBox? = nil) throws -> CaseGrid {
        if plane.isAnatomical, let shear = geometry?.shear, shear > Self.largestShear {
            throw CaseError.sheared(path: path, degrees: shear)
        }
        let order = plane.order(of: extent, geometry)
        let whole = order.extent(of: extent)
        let box: GridBox? =
            switch crop {
            case .box(let box): try box.box(in: whole, path: path)
            case .nonzero: nonzero?.ordered(by: order, of: extent)
            case nil: nil
            }
        let cropped =
            box.map {
                Extent(width: $0.size.width, height: $0.size.height, depth: $0.size.depth, channels: extent.channels)
            } ?? whole
        let ordered = geometry.map { order.geometry(of: $0, extent: extent) }
        return CaseGrid(
            stored: extent, order: order, crop: box, extent: cropped, storedGeometry: geometry,
            route: try route(of: cropped, geometry: ordered, path: path))
    }

    /// In degrees: headers in Float32 and oblique slices round far below it, and a tilted gantry goes far beyond.
    private static let largestShear = 1.0
}
