import MedicalImages

/// Which voxels of a case are outside of what was imaged: 0 in all channels, and reached from the border through others of the
/// kind. Zeros that something encloses are inside.
///
/// Neighbours share a face. Source: nnU-Net, `create_nonzero_mask`; SciPy, `binary_fill_holes`.
struct NonzeroMask: Sendable {
    /// `[depth, height, width]`.
    let isOutside: [Bool]

    /// - Parameter isZero: in all channels, `[depth, height, width]`.
    init(isZero: [Bool], extent: Extent) {
        let (width, height, depth) = (extent.width, extent.height, extent.depth)
        precondition(isZero.count == extent.voxelCount, "a value for each voxel")
        var isOutside = [Bool](repeating: false, count: isZero.count)
        var open: [Int] = []
        func visit(_ index: Int) {
            guard isZero[index], !isOutside[index] else { return }
            isOutside[index] = true
            open.append(index)
        }
        for z in 0..<depth {
            for y in 0..<height {
                // A plane has no border in front and behind.
                let isEdge = y == 0 || y == height - 1 || depth > 1 && (z == 0 || z == depth - 1)
                for x in stride(from: 0, to: width, by: isEdge || width == 1 ? 1 : width - 1) {
                    visit((z * height + y) * width + x)
                }
            }
        }
        while let index = open.popLast() {
            let (x, y, z) = (index % width, index / width % height, index / extent.planeSize)
            if x > 0 { visit(index - 1) }
            if x < width - 1 { visit(index + 1) }
            if y > 0 { visit(index - width) }
            if y < height - 1 { visit(index + width) }
            if z > 0 { visit(index - extent.planeSize) }
            if z < depth - 1 { visit(index + extent.planeSize) }
        }
        self.isOutside = isOutside
    }

    var insideCount: Int { isOutside.count { !$0 } }
}
