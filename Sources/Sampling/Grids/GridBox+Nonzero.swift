import MedicalImages

extension GridBox {
    /// The smallest box that holds every voxel whose intensity is not 0 in some channel of a case; nil where all are 0.
    ///
    /// Holes within, which nnU-Net fills first, do not change it.
    ///
    /// - Parameter images: the files of the case, on one grid as it is stored.
    /// - Precondition: an image or more, of equal sizes.
    package init?(nonzeroOf images: [MedicalImage]) {
        let extent = images[0].extent
        // x, y, z.
        var (low, high) = (extent.sizes, [-1, -1, -1])
        for image in images {
            precondition(image.extent.sizes == extent.sizes, "images of one grid")
            for plane in 0..<image.extent.channels * extent.depth {
                let values = image.samples.floats(
                    image.scaling, runsAt: [plane * extent.planeSize], of: extent.planeSize)
                values.withUnsafeBufferPointer { values in
                    for row in 0..<extent.height {
                        let cells = UnsafeBufferPointer(rebasing: values[row * extent.width..<(row + 1) * extent.width])
                        guard let first = cells.firstIndex(where: { $0 != 0 }),
                            let last = cells.lastIndex(where: { $0 != 0 })
                        else { continue }
                        let z = plane % extent.depth
                        low = [min(low[0], first), min(low[1], row), min(low[2], z)]
                        high = [max(high[0], last), max(high[1], row), max(high[2], z)]
                    }
                }
            }
        }
        guard high[0] >= 0 else { return nil }
        self.init((0..<3).reversed().map { low[$0]..<high[$0] + 1 })
    }

    /// The same voxels where the axes are in another order.
    ///
    /// - Parameter stored: the sizes of the grid that the box is in.
    package func ordered(by order: AxisOrder, of stored: Extent) -> GridBox {
        let (first, inverse) = ([left, top, front], order.inverse)
        let last = [left + size.width - 1, top + size.height - 1, front + size.depth - 1]
        // Both corners, wherever axes that run backwards put them.
        let whole = order.extent(of: stored)
        let corners = [first, last].map { inverse.storedPlace(of: $0, in: whole) }
        return GridBox(
            (0..<3).reversed().map { axis in
                min(corners[0][axis], corners[1][axis])..<max(corners[0][axis], corners[1][axis]) + 1
            })
    }
}
