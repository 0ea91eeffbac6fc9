import DurableFiles
import Foundation

extension NIfTI {
    /// Writes samples onto the grid of an image that was read, in its NIfTI version and with its transforms as stated.
    ///
    /// The type is that of the samples, without scaling; text and extensions are not copied. The file appears whole or not
    /// at all, and equal input gives equal bytes.
    ///
    /// - Parameters:
    ///   - samples: `[channels, depth, height, width]`.
    ///   - extent: width, height and depth are the header's; the channels may differ.
    ///   - header: of the image whose grid the samples are on.
    ///   - url: ends in `.nii` or `.nii.gz`.
    /// - Throws: `ImageFileError` for other endings or dimensions beyond NIfTI-1; `FileError` where the file cannot be written.
    /// - Precondition: the sizes of samples, extent and header agree.
    public static func write(_ samples: Samples, extent: Extent, like header: NIfTIHeader, to url: URL) throws {
        precondition(samples.count == extent.sampleCount, "as many samples as the extent has")
        precondition(
            [extent.width, extent.height, extent.depth] == (0..<3).map(header.dimension),
            "the extent is that of the header's grid")
        let start = try header.encoded(for: samples.type, extent: extent, url)
        let isPacked = try isPacked(url)
        try DurableFile.write(to: url) { writer in
            if isPacked {
                let deflater = Deflater(writer)
                try start.withUnsafeBytes(deflater.append)
                try samples.withUnsafeBytes(deflater.append)
                try deflater.finish()
            } else {
                try start.withUnsafeBytes { try writer.append($0) }
                try samples.withUnsafeBytes { try writer.append($0) }
            }
        }
    }

    /// Writes samples with a geometry that no header states: an affine becomes the sform, a spacing alone becomes `pixdim`.
    ///
    /// - Parameters:
    ///   - samples: `[channels, depth, height, width]`.
    ///   - url: ends in `.nii` or `.nii.gz`.
    /// - Throws: `ImageFileError` for other endings; `FileError` where the file cannot be written.
    /// - Precondition: the sizes of samples and extent agree.
    public static func write(_ samples: Samples, extent: Extent, geometry: VoxelGeometry, to url: URL) throws {
        let header = NIfTIHeader(extent: extent, voxelType: samples.type, geometry: geometry)
        try write(samples, extent: extent, like: header, to: url)
    }

    private static func isPacked(_ url: URL) throws -> Bool {
        switch url.ending(among: endings) {
        case ".nii": return false
        case ".nii.gz": return true
        default:
            throw ImageFileError(
                url, .unsupported, "a NIfTI volume cannot be written under this name", advice: "end the name in .nii or .nii.gz")
        }
    }
}
