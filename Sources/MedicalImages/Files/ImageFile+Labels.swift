import DurableFiles
import Foundation

extension ImageFile {
    /// Labels in the order of their image's voxels: a file that stores the same grid along other axes is reordered, and a
    /// segmentation object of DICOM is laid on to it, frame by frame.
    ///
    /// - Parameter grid: of the image; nil: as the file has them.
    /// - Throws: `ImageFileError`, or `FileError` where the file cannot be opened.
    package static func readLabels(_ url: URL, on grid: ImageGrid?) throws -> MedicalImage {
        if let grid, let segmentation = try DICOMImages.segmentation(at: url) {
            return segmentation.image(
                try segmentation.labels(on: grid.extent, grid.geometry, imagePath: grid.path), grid.extent, grid.geometry)
        }
        var image = try read(url)
        guard let grid, let order = grid.order(of: image.geometry), let stored = image.geometry else { return image }
        image.samples = image.samples.rearranged(by: Reordering(order: order, extent: image.extent))
        image.geometry = order.geometry(of: stored, extent: image.extent)
        image.extent = order.extent(of: image.extent)
        return image
    }

    /// The same from the header alone, where that tells it.
    package static func readLabelInfo(_ url: URL, on grid: ImageGrid) throws -> ImageInfo {
        if try DICOMImages.isSegmentation(url) { return DICOMSegmentation.info(grid.extent, grid.geometry) }
        let info = try readInfo(url)
        guard let order = grid.order(of: info.geometry), let stored = info.geometry else { return info }
        return ImageInfo(
            format: info.format, extent: order.extent(of: info.extent), voxelType: info.voxelType, scaling: info.scaling,
            geometry: order.geometry(of: stored, extent: info.extent), hasAlpha: info.hasAlpha, notes: info.notes)
    }

    /// The grid that two segmentation objects span together; nil where one of the files is none.
    package static func grid(ofSegments one: URL, _ two: URL) throws -> ImageGrid? {
        guard let first = try DICOMImages.segmentation(at: one), let second = try DICOMImages.segmentation(at: two) else {
            return nil
        }
        return try DICOMSegmentation.grid(of: [first, second])
    }

    /// Whether a file is a segmentation object of DICOM, whose planes are those of an image.
    package static func holdsSegments(_ url: URL) -> Bool { (try? DICOMImages.isSegmentation(url)) == true }
}

extension ImageGrid {
    /// The order that takes stored labels to this grid's axes; nil where they run alike, or where a header does not say it.
    fileprivate func order(of stored: VoxelGeometry?) -> AxisOrder? {
        guard trustsHeaders, let stored, let geometry, stored.source != .pixdim, geometry.source != .pixdim,
            stored.orientation != geometry.orientation
        else { return nil }
        return AxisOrder(towards: geometry.orientation, from: stored.orientation)
    }
}

private struct Reordering: SampleRearrangement {
    let order: AxisOrder
    let extent: Extent

    func callAsFunction<T>(_ values: consuming [T]) -> [T] { order.apply(to: values, of: extent) }
}
