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
        try write(samples.type, extent: extent, like: header, to: url) { append in try samples.withUnsafeBytes(append) }
    }

    /// The same with samples that come in parts, so that memory need not hold all of them.
    ///
    /// - Parameter body: appends the bytes of samples of this type in order, in parts of any size.
    /// - Throws: as above; what `body` throws.
    /// - Precondition: the sizes of extent and header agree, and `body` appends as many samples as the extent has.
    package static func write(
        _ type: VoxelType, extent: Extent, like header: NIfTIHeader, to url: URL,
        _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        precondition(
            [extent.width, extent.height, extent.depth] == (0..<3).map(header.dimension),
            "the extent is that of the header's grid")
        let start = try header.encoded(for: type, extent: extent, url)
        let isPacked = try isPacked(url)
        try DurableFile.write(to: url) { writer in
            let deflater = isPacked ? Deflater(writer) : nil
            var count = 0
            func append(_ bytes: UnsafeRawBufferPointer) throws {
                count += bytes.count
                if let deflater { try deflater.append(bytes) } else { try writer.append(bytes) }
            }
            try start.withUnsafeBytes(append)
            try body(append)
            precondition(count == start.count + extent.sampleCount * type.byteCount, "as many samples as the extent has")
            try deflater?.finish()
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
