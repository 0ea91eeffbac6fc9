import Foundation

/// A picture's file whose header has been read and checked.
protocol PictureFile {
    var url: URL { get }
    var picture: PictureInfo { get }
    var extent: Extent { get }
    var voxelType: VoxelType { get }
    var notes: [ImageNote] { get }

    /// - Throws: `ImageFileError` where the content is none of the format, ends early or is of a rare kind; `FileError` where the
    ///   file cannot be read.
    init(_ url: URL) throws

    /// The pixels as planes, `[channels, depth, height, width]`.
    ///
    /// - Throws: `ImageFileError` where they are damaged, end early or need more memory than there is.
    func samples() throws -> Samples
}

extension PictureFile {
    var voxelType: VoxelType { .uint8 }
    var notes: [ImageNote] { [] }

    /// Without scaling and without a place.
    func image() throws -> MedicalImage {
        MedicalImage(
            path: url.path, extent: extent, samples: try samples(), scaling: .identity, geometry: nil, source: .picture(picture),
            hasAlpha: picture.colorType.hasAlpha, notes: notes)
    }

    var info: ImageInfo {
        ImageInfo(
            format: picture.format, extent: extent, voxelType: voxelType, scaling: .identity, geometry: nil,
            hasAlpha: picture.colorType.hasAlpha, notes: notes)
    }
}
