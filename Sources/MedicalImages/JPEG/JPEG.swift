import CImageCodecs
import Foundation

/// Reads JPEG of 8 bits: grey, YCbCr and RGB, and CMYK turned into RGB; baseline or progressive.
///
/// Pictures are turned upright by the orientation that EXIF states, as viewers show them. Files whose pixels are damaged are
/// refused rather than patched up.
public enum JPEG {
    /// The whole image, with planar samples.
    ///
    /// - Throws: `ImageFileError` where the content is no sound JPEG, ends early or is of a rare kind; `FileError` where the file
    ///   cannot be read.
    public static func read(_ url: URL) throws -> MedicalImage {
        let file = try JPEGFile(url)
        return MedicalImage(
            picture: file.picture, url.path, extent: file.extent, samples: .uint8(try file.samples()), notes: file.notes)
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
        let data = try PictureData.read(url, .jpeg, signatures: [[0xff, 0xd8]])
        self.data = data
        var header = cic_jpeg_info()
        try PictureData.check(url, .jpeg) { message in
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
        let (width, height) = (Int(header.width), Int(header.height))
        return orientation.isTransposing
            ? Extent(width: height, height: width, channels: Int(header.channels))
            : Extent(width: width, height: height, channels: Int(header.channels))
    }

    var notes: [ImageNote] {
        var notes: [ImageNote] = []
        if header.components == 4 {
            notes.append(ImageNote(.colorConverted, "its CMYK inks are turned into RGB without a colour profile"))
        }
        if orientation != .upright { notes.append(.orientationApplied(orientation)) }
        return notes
    }

    func samples() throws -> [UInt8] {
        let count = extent.sampleCount
        try Memory.require(count, for: url)
        let stored = try [UInt8](unsafeUninitializedCapacity: count) { samples, filled in
            try PictureData.check(url, .jpeg) { message in
                data.withUnsafeBytes { bytes in
                    cic_jpeg_read(bytes.baseAddress, bytes.count, samples.baseAddress, count, &message)
                }
            }
            filled = count
        }
        return orientation.apply(to: stored, width: Int(header.width), height: Int(header.height))
    }
}
