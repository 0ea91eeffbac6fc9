import Randomness

/// The lesions of one volume, drawn until they take the wanted share of its pixels.
struct LesionField: Sendable {
    /// Share of added tissue, `[depth][height · width]`.
    private(set) var density: [[Float]]
    /// Where the lung holds at least half a lesion, `[depth][height · width]`.
    private(set) var mask: [[Bool]]

    init(
        share: Double, chest: ChestAnatomy, lung: [[Float]], heights: [Double], thickness: Double, grid: SliceGrid,
        generator: inout SeededGenerator
    ) {
        let pixels = grid.width * grid.height
        density = heights.map { _ in [Float](repeating: 0, count: pixels) }
        mask = heights.map { _ in [Bool](repeating: false, count: pixels) }
        let wanted = max(6, Int(share * Double(pixels * heights.count)))
        let slab = heights[0] - thickness...heights[heights.count - 1] + thickness
        let span = Double(grid.width) * grid.pixel * 0.38
        var count = 0
        // The bound only stops the search in a volume that shows hardly any lung.
        for _ in 0..<80 where count < wanted {
            // Hardly anything is one small spot; the more disease, the larger its patches.
            let scale = share < 0.002 ? 7 : 12 + 130 * share
            guard let lesion = GroundGlass(in: chest, heights: slab, span: span, scale: scale, generator: &generator) else {
                break
            }
            let drawn = Self.draw(lesion, lung: lung, heights: heights, grid: grid)
            let added = drawn.filter { $0.membership > 0.5 && !mask[$0.slice][$0.pixel] && lung[$0.slice][$0.pixel] > 0.5 }
            guard count + added.count < wanted + max(8, wanted / 4) else { continue }
            count += added.count
            for voxel in added { mask[voxel.slice][voxel.pixel] = true }
            for voxel in drawn {
                let before = density[voxel.slice][voxel.pixel]
                density[voxel.slice][voxel.pixel] = before + (1 - before) * voxel.density
            }
        }
    }

    private struct Voxel {
        var slice: Int, pixel: Int
        var membership: Double
        var density: Float
    }

    private static func draw(_ lesion: GroundGlass, lung: [[Float]], heights: [Double], grid: SliceGrid) -> [Voxel] {
        let centre = lesion.centre, reach = 1.8
        let columns = grid.columns(centre.x - reach * lesion.radii.x...centre.x + reach * lesion.radii.x)
        let rows = grid.rows(centre.y - reach * lesion.radii.y...centre.y + reach * lesion.radii.y)
        var voxels: [Voxel] = []
        for (slice, z) in heights.enumerated() where abs(z - centre.z) < reach * lesion.radii.z {
            for row in rows {
                for column in columns where lung[slice][row * grid.width + column] > 0 {
                    let x = grid.x(column), y = grid.y(row)
                    let membership = lesion.membership(x, y, z)
                    guard membership > 0 else { continue }
                    voxels.append(
                        Voxel(
                            slice: slice, pixel: row * grid.width + column, membership: membership,
                            density: Float(max(0, lesion.density(x, y, z, membership: membership)))))
                }
            }
        }
        return voxels
    }
}
