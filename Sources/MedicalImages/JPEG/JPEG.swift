import CImageCodecs
import Foundation

/// Reads JPEG of 8 bits: grey, YCbCr and RGB, and CMYK turned into RGB; baseline or progressive.
///
/// Pictures are turned upright by the orientation that EXIF states, as viewers show them. Files whose pixels are damaged are
/// refused rather than patched up.
public enum JPEG: ImageFormat {
    static let endings = [".jpg", ".jpeg", ".jpe", ".jfif"]
    static let isLossy = true

    /// The whole image, with planar samples.
    ///
    /// - Throws: `ImageFileError` where the content is no sound JPEG, ends early or is of a rare kind; `FileError` where the file
    ///   cannot be read.
    public static func read(_ url: URL) throws -> MedicalImage {
        let file = try JPEGFile(url)
        return MedicalImage(
            picture: file.picture, url.path, extent: file.extent, samples: try file.samples(), notes: file.notes)
    }

    /// What the file says before its pixels.
    ///
    /// - Throws: `ImageFileError` where that is no sound JPEG; `FileError` where the file cannot be read.
    public static func readInfo(_ url: URL) throws -> ImageInfo {
        let file = try JPEGFile(url)
        return ImageInfo(picture: file.picture, extent: file.extent, voxelType: .uint8, notes: file.notes)
    }
}

/// The bytes of a JPEG file whose header has been read and checked.
private struct JPEGFile {
    let url: URL
    let data: Data
    let header: cic_jpeg_info
    let orientation: PictureOrientation

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

    var extent: Extent {
        Extent(width: Int(header.width), height: Int(header.height), channels: Int(header.channels)).turned(orientation)
    }

    var notes: [ImageNote] {
        let inks = ImageNote(.colorConverted, "its CMYK inks are turned into RGB without a colour profile")
        return [header.components == 4 ? inks : nil, orientation.note].compactMap(\.self)
    }

    func samples() throws -> Samples {
        let stored = try Samples.filled(.uint8, count: extent.sampleCount, for: url) { samples in
            try PictureFormat.jpeg.check(url) { message in
                data.withUnsafeBytes { cic_jpeg_read($0.baseAddress, $0.count, samples.baseAddress, samples.count, &message) }
            }
        }
        return stored.turned(orientation, width: Int(header.width), height: Int(header.height))
    }
}

extension PictureFormat {
    fileprivate static let jpeg = PictureFormat(name: "JPEG", signatures: [[0xff, 0xd8]])
}
