/// The surfaces of a class in two label maps, within the box that holds both: outside of it nothing needs to be measured.
struct SurfaceBox {
    /// The box.
    let grid: VoxelGrid
    /// Places of the truth's surface voxels in the box, ascending.
    let truth: [Int]
    /// Places of the prediction's.
    let prediction: [Int]

    /// Nil where neither map has the class.
    init?(of index: UInt8, truth: [UInt8], prediction: [UInt8], ignoring ignored: UInt8?, grid: VoxelGrid) {
        guard let box = Self.bounds(of: index, truth, prediction, ignored, grid) else { return nil }
        let sizes = box.map(\.count)
        self.grid = VoxelGrid(width: sizes[0], height: sizes[1], depth: sizes[2], spacing: grid.spacing)
        func surface(of labels: [UInt8]) -> [Int] {
            Self.surface(of: index, labels, truth: truth, ignored, box, grid)
        }
        self.truth = surface(of: truth)
        self.prediction = surface(of: prediction)
    }

    /// The ranges of x, y and z in which either map has the class.
    private static func bounds(
        of index: UInt8, _ truth: [UInt8], _ prediction: [UInt8], _ ignored: UInt8?, _ grid: VoxelGrid
    ) -> [Range<Int>]? {
        var low = grid.sizes
        var high = [-1, -1, -1]
        truth.withUnsafeBufferPointer { truth in
            prediction.withUnsafeBufferPointer { prediction in
                func holds(_ place: Int) -> Bool {
                    (truth[place] == index || prediction[place] == index) && truth[place] != ignored
                }
                for z in 0..<grid.depth {
                    for y in 0..<grid.height {
                        let row = (z * grid.height + y) * grid.width
                        guard let first = (0..<grid.width).first(where: { holds(row + $0) }) else { continue }
                        let last = (0..<grid.width).last { holds(row + $0) } ?? first
                        low = [min(low[0], first), min(low[1], y), min(low[2], z)]
                        high = [max(high[0], last), max(high[1], y), max(high[2], z)]
                    }
                }
            }
        }
        return high[0] < 0 ? nil : (0..<3).map { low[$0]..<high[$0] + 1 }
    }

    /// Surface voxels of one map; what lies beyond the box is not of the class, as what lies beyond the image.
    private static func surface(
        of index: UInt8, _ labels: [UInt8], truth: [UInt8], _ ignored: UInt8?, _ box: [Range<Int>], _ grid: VoxelGrid
    ) -> [Int] {
        let (width, height, depth) = (box[0].count, box[1].count, box[2].count)
        // A frame of one voxel around the box spares every neighbour the question whether it is inside.
        let (row, plane) = (width + 2, (width + 2) * (height + 2))
        var mask = [Bool](repeating: false, count: plane * (depth + 2))
        var places: [Int] = []
        labels.withUnsafeBufferPointer { labels in
            truth.withUnsafeBufferPointer { truth in
                mask.withUnsafeMutableBufferPointer { mask in
                    for z in 0..<depth {
                        for y in 0..<height {
                            let from = ((box[2].lowerBound + z) * grid.height + box[1].lowerBound + y) * grid.width
                            let to = (z + 1) * plane + (y + 1) * row + 1
                            for x in 0..<width {
                                let place = from + box[0].lowerBound + x
                                mask[to + x] = labels[place] == index && truth[place] != ignored
                            }
                        }
                    }
                    let steps = zip(grid.sizes, [1, row, plane]).filter { $0.0 > 1 }.map(\.1)
                    for z in 0..<depth {
                        for y in 0..<height {
                            let framed = (z + 1) * plane + (y + 1) * row + 1
                            for x in 0..<width where mask[framed + x] {
                                let isInside = steps.allSatisfy { mask[framed + x - $0] && mask[framed + x + $0] }
                                if !isInside { places.append((z * height + y) * width + x) }
                            }
                        }
                    }
                }
            }
        }
        return places
    }
}
