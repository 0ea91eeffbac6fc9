import CImageCodecs
import Foundation

/// Reads JPEG of 8 bits: grey, YCbCr and RGB, and CMYK turned into RGB; baseline or progressive.
///
/// Pictures are turned upright by the orientation that EXIF states, as viewers show them. Files whose pixels are damaged are
/// refused rather than patched up.
public enum JPEG: ImageFormat {
    static let endings = [".jpg", ".jpeg", ".jpe", ".jfif"]
    static let isLossy = true

    public static func read(_ url: URL) throws -> MedicalImage { try JPEGFile(url).image() }
    public static func readInfo(_ url: URL) throws -> ImageInfo { try JPEGFile(url).info }
}

/// The bytes of a JPEG file whose header has been read and checked.
struct JPEGFile: PictureFile {
    let url: URL
    let data: Data
    private let header: cic_jpeg_info
    private let orientation: PictureOrientation

    init(_ url: URL) throws {
        self.url = url
        let data = try PictureFormat.jpeg.read(url)
        self.data = data
        var header = cic_jpeg_info()
        try PictureFormat.jpeg.check(url) { message in
            data.withUnsafeBytes { bytes in
                cic_jpeg_read_info(bytes.baseAddress, bytes.count, &header, &message)
            }
        }
        self.header = header
        orientation = data.withUnsafeBytes(EXIF.orientation(ofJPEG:))
    }

    var picture: PictureInfo {
        PictureInfo(.jpeg, header.channels == 1 ? .gray : .rgb, bitDepth: 8, isInterlaced: header.progressive != 0)
    }

    private var stored: Extent {
        Extent(width: Int(header.width), height: Int(header.height), channels: Int(header.channels))
    }

    var extent: Extent { orientation.order.extent(of: stored) }

    var notes: [ImageNote] {
        let inks = ImageNote(.colorConverted, "its CMYK inks are turned into RGB without a colour profile")
        return [header.components == 4 ? inks : nil, orientation.note].compactMap(\.self)
    }

    func samples() throws -> Samples {
        let samples = try Samples.filled(.uint8, count: extent.sampleCount, for: url) { samples in
            try PictureFormat.jpeg.check(url) { message in
                data.withUnsafeBytes { cic_jpeg_read($0.baseAddress, $0.count, samples.baseAddress, samples.count, &message) }
            }
        }
        return samples.turned(orientation, of: stored)
    }
}

extension PictureFormat {
    fileprivate static let jpeg = PictureFormat(name: "JPEG", signatures: [[0xff, 0xd8]])
}
