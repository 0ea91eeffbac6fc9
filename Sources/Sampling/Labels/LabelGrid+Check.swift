import DataSets
import MedicalImages

extension LabelGrid {
    /// The grid of an image, as labels are to be read on to it.
    package func of(_ extent: Extent, _ geometry: VoxelGeometry?, path: String) -> ImageGrid {
        ImageGrid(extent, geometry, path: path, trustsHeaders: self == .own)
    }

    /// Checks that labels were drawn on an image.
    ///
    /// - Throws: `CaseError` for another size, or where the labels' own grid is asked for, for another place.
    package func require(
        _ label: Extent, _ geometry: VoxelGeometry?, at path: String, asOf image: Extent, _ imageGeometry: VoxelGeometry?,
        _ imagePath: String
    ) throws {
        guard label.sizes == image.sizes else {
            throw CaseError.sizes(label: path, labelExtent: label, image: imagePath, imageExtent: image)
        }
        guard self == .own, let geometry, let imageGeometry else { return }
        let grids = GridComparison(geometry, with: imageGeometry, extent: image)
        guard grids.areEqual else {
            throw CaseError.grids(
                label: path, image: imagePath, found: grids.words.distance, allowed: grids.words.allowed)
        }
    }
}
