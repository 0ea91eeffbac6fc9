/// The order and direction in which the axes of a grid are worked with, where its file stores them in another.
///
/// One scan may be stored as LPS, RAS or PSR: the same voxels in another order. Brought into one order, all of them are the same
/// array, and the inverse takes results back to the file's.
public struct AxisOrder: Sendable, Hashable {
    /// An axis of the file.
    struct Axis: Sendable, Hashable {
        /// 0 for x, 1 for y, 2 for z.
        let stored: Int
        /// Whether it runs backwards.
        let isReversed: Bool
    }

    /// For x, y and z of the grid that is worked with, the axis of the file.
    let axes: [Axis]

    init(_ axes: [Axis]) { self.axes = axes }

    /// The axes as the file stores them.
    public static let stored = AxisOrder(0, 1, 2)

    /// The stored axes in another order, none of them backwards.
    ///
    /// - Precondition: each of 0, 1 and 2 once.
    public init(_ x: Int, _ y: Int, _ z: Int) {
        precondition(Set([x, y, z]) == [0, 1, 2], "each of the three axes once")
        self.init([x, y, z].map { Axis(stored: $0, isReversed: false) })
    }

    /// The stored axes that lie nearest to anatomical directions.
    ///
    /// - Parameters:
    ///   - directions: in which x, y and z are to grow, such as `LPS`.
    ///   - orientation: in which those of the file do.
    /// - Precondition: both have one letter of each pair L R, P A and I S.
    public init(towards directions: String, from orientation: String) {
        let pairs = ["LR", "PA", "IS"]
        func pair(_ letter: Character) -> Int? { pairs.firstIndex { $0.contains(letter) } }
        let found = Array(orientation)
        precondition([directions, orientation].allSatisfy { Set($0.map(pair)) == [0, 1, 2] }, "directions along three axes")
        self.init(
            directions.map { wanted in
                let stored = found.firstIndex { pair($0) == pair(wanted) }!  // an orientation has a letter of each pair
                return Axis(stored: stored, isReversed: found[stored] != wanted)
            })
    }

    /// The order that takes what this one has reordered back to the file's.
    public var inverse: AxisOrder {
        AxisOrder(
            (0..<3).map { stored in
                let place = axes.firstIndex { $0.stored == stored }!  // each axis stands once
                return Axis(stored: place, isReversed: axes[place].isReversed)
            })
    }

    /// The sizes along the reordered axes.
    public func extent(of stored: Extent) -> Extent {
        let sizes = stored.sizes
        return Extent(
            width: sizes[axes[0].stored], height: sizes[axes[1].stored], depth: sizes[axes[2].stored], channels: stored.channels)
    }

    /// The values of a grid in this order.
    ///
    /// - Parameters:
    ///   - values: `[channels, depth, height, width]` of the stored grid, any number of channels.
    ///   - stored: the sizes of that grid.
    public func apply<Value>(to values: [Value], of stored: Extent) -> [Value] {
        guard self != .stored else { return values }
        let sizes = stored.sizes
        let strides = [1, sizes[0], sizes[0] * sizes[1]]
        let steps = axes.map { $0.isReversed ? -strides[$0.stored] : strides[$0.stored] }
        let first = axes.reduce(0) { $0 + ($1.isReversed ? (sizes[$1.stored] - 1) * strides[$1.stored] : 0) }
        let counts = axes.map { sizes[$0.stored] }
        let voxels = stored.voxelCount
        return [Value](unsafeUninitializedCapacity: values.count) { buffer, filled in
            values.withUnsafeBufferPointer { source in
                // Every place is inside: steps and counts are those of the grid's own axes, and there are whole channels.
                for channel in 0..<values.count / voxels {
                    for z in 0..<counts[2] {
                        for y in 0..<counts[1] {
                            var place = channel * voxels + first + z * steps[2] + y * steps[1]
                            for _ in 0..<counts[0] {
                                buffer.initializeElement(at: filled, to: source[place])
                                filled += 1
                                place += steps[0]
                            }
                        }
                    }
                }
            }
        }
    }

    /// Where the file stores the voxel at `place`, x, y and z of the reordered grid.
    public func storedPlace(of place: [Int], in stored: Extent) -> [Int] {
        var result = [0, 0, 0]
        for (axis, index) in zip(axes, place) {
            result[axis.stored] = axis.isReversed ? stored.sizes[axis.stored] - 1 - index : index
        }
        return result
    }

    /// Where the reordered voxels lie: the same places in the patient.
    public func geometry(of stored: VoxelGeometry, extent: Extent) -> VoxelGeometry {
        guard self != .stored else { return stored }
        let origin = stored.affine.applied(to: storedPlace(of: [0, 0, 0], in: extent).map(Double.init))
        return VoxelGeometry(
            affine: Affine(
                rows: (0..<3).flatMap { row in
                    axes.map { ($0.isReversed ? -1 : 1) * stored.affine[row, $0.stored] } + [origin[row]]
                }), source: stored.source)
    }
}
