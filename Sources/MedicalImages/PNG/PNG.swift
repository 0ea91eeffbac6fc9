import CImageCodecs
import Foundation

/// Reads and writes PNG: every colour type and bit depth, interlaced or not.
///
/// Samples are as stored: palette images give indices, small bit depths are not scaled, alpha is the last channel, and colour
/// profiles, gamma and transparent colours change nothing.
public enum PNG: ImageFormat {
    static let endings = [".png"]

    public static func read(_ url: URL) throws -> MedicalImage { try PNGFile(url).image() }
    public static func readInfo(_ url: URL) throws -> ImageInfo { try PNGFile(url).info }
}

/// The bytes of a PNG file whose header has been read and checked.
struct PNGFile: PictureFile {
    let url: URL
    let data: Data
    let picture: PictureInfo
    let extent: Extent

    init(_ url: URL) throws {
        self.url = url
        let data = try PictureFormat.png.read(url)
        self.data = data
        var header = cic_png_info()
        try PictureFormat.png.check(url) { message in
            data.withUnsafeBytes { cic_png_read_info($0.baseAddress, $0.count, &header, &message) }
        }
        picture = PictureInfo(header)
        extent = Extent(width: Int(header.width), height: Int(header.height), channels: Int(header.channels))
        let packedRow = (extent.width * extent.channels * picture.bitDepth + 7) / 8
        guard packedRow * extent.height <= data.count * Inflater.largestExpansion else {
            throw ImageFileError.truncated(url, "its \(data.count) bytes cannot hold \(extent.width) × \(extent.height) pixels")
        }
    }

    var voxelType: VoxelType { picture.bitDepth == 16 ? .uint16 : .uint8 }

    func samples() throws -> Samples {
        try Samples.filled(voxelType, count: extent.sampleCount, for: url) { samples in
            try PictureFormat.png.check(url) { message in
                data.withUnsafeBytes { cic_png_read($0.baseAddress, $0.count, samples.baseAddress, samples.count, &message) }
            }
        }.rearranged(by: Deinterleaving(channels: extent.channels))
    }
}

extension PictureInfo {
    fileprivate init(_ header: cic_png_info) {
        let colorType: ColorType =
            switch header.color_type {
            case 0: .gray
            case 2: .rgb
            case 3: .palette
            case 4: .grayAlpha
            default: .rgba
            }
        self.init(
            .png, colorType, bitDepth: Int(header.bit_depth), isInterlaced: header.interlaced != 0,
            palette: withUnsafeBytes(of: header.palette) { Array($0.prefix(3 * Int(header.palette_count))) })
    }
}

extension PictureFormat {
    fileprivate static let png = PictureFormat(name: "PNG", signatures: [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]])
}
