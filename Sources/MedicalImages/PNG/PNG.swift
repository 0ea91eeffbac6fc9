import CImageCodecs
import DurableFiles
import Foundation

/// Reads and writes PNG: every colour type and bit depth, interlaced or not.
///
/// Samples are as stored: palette images give indices, small bit depths are not scaled, and colour profiles, gamma and
/// transparency change nothing.
public enum PNG {
    /// The whole image, with planar samples.
    ///
    /// - Throws: `ImageFileError` where the content is no sound PNG or ends early; `FileError` where the file cannot be read.
    public static func read(_ url: URL) throws -> MedicalImage {
        let file = try PNGFile(url)
        return MedicalImage(
            path: url.path, extent: file.extent, samples: try file.samples(), scaling: .identity, geometry: nil,
            source: .png(file.info))
    }

    /// What the file says before its pixels.
    ///
    /// - Throws: `ImageFileError` where that is no sound PNG; `FileError` where the file cannot be read.
    public static func readInfo(_ url: URL) throws -> ImageInfo {
        let file = try PNGFile(url)
        return ImageInfo(format: "PNG", extent: file.extent, voxelType: file.voxelType, scaling: .identity, geometry: nil)
    }
}

/// The bytes of a PNG file whose header has been read and checked.
private struct PNGFile {
    let url: URL
    let data: Data
    let info: PNGInfo
    let extent: Extent

    private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    init(_ url: URL) throws {
        self.url = url
        let data = try FileSystem.read(url)
        self.data = data
        guard !data.isEmpty else { throw ImageFileError.truncated(url, "it is empty") }
        guard data.starts(with: PNGFile.signature) else {
            throw ImageFileError(
                url, .notAnImage, "it is no PNG file (the signature is missing or damaged)",
                advice: "fetch the file again, or rename it after its true format")
        }
        var header = cic_png_info()
        try PNGFile.check(url) { message in
            data.withUnsafeBytes { cic_png_read_info($0.baseAddress, $0.count, &header, &message) }
        }
        info = PNGInfo(header)
        extent = Extent(width: Int(header.width), height: Int(header.height), channels: Int(header.channels))
        let packedRow = (extent.width * extent.channels * info.bitDepth + 7) / 8
        guard packedRow * extent.height <= data.count * Inflater.largestExpansion else {
            throw ImageFileError.truncated(url, "its \(data.count) bytes cannot hold \(extent.width) × \(extent.height) pixels")
        }
    }

    var voxelType: VoxelType { info.bitDepth == 16 ? .uint16 : .uint8 }

    func samples() throws -> Samples {
        switch voxelType {
        case .uint16: .uint16(try planar())
        default: .uint8(try planar())
        }
    }

    private func planar<T: FixedWidthInteger>() throws -> [T] {
        try Memory.require(extent.sampleCount * MemoryLayout<T>.stride, for: url)
        let interleaved = try [T](unsafeUninitializedCapacity: extent.sampleCount) { samples, count in
            let room = UnsafeMutableRawBufferPointer(samples)
            try PNGFile.check(url) { message in
                data.withUnsafeBytes {
                    cic_png_read($0.baseAddress, $0.count, room.baseAddress, room.count, &message)
                }
            }
            count = extent.sampleCount
        }
        return extent.channels == 1 ? interleaved : Interleaving.planar(interleaved, channels: extent.channels)
    }

    private static func check(_ url: URL, _ call: (inout cic_message) -> cic_status) throws {
        var message = cic_message()
        switch call(&message) {
        case CIC_OK: return
        case CIC_TRUNCATED: throw ImageFileError.truncated(url, "its PNG stream breaks off")
        default: throw ImageFileError.corrupt(url, "its PNG stream is damaged (\(message.string))")
        }
    }
}

extension PNGInfo {
    fileprivate init(_ header: cic_png_info) {
        colorType =
            switch header.color_type {
            case 0: .gray
            case 2: .rgb
            case 3: .palette
            case 4: .grayAlpha
            default: .rgba
            }
        bitDepth = Int(header.bit_depth)
        isInterlaced = header.interlaced != 0
        palette = withUnsafeBytes(of: header.palette) { Array($0.prefix(3 * Int(header.palette_count))) }
    }
}

extension cic_message {
    /// The text up to its closing zero.
    var string: String {
        withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
