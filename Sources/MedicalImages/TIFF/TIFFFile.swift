import CImageCodecs
import Foundation

/// A TIFF file whose pages have been looked through and found to be one image.
struct TIFFFile: PictureFile {
    let url: URL
    let voxelType: VoxelType
    let picture: PictureInfo
    /// As stored, before any orientation.
    private let stored: Extent
    private let orientation: PictureOrientation
    private let passedOver: Int

    /// - Throws: `ImageFileError` where the file is no sound TIFF, has no page of pixels, or has pages that differ; `FileError`.
    init(_ url: URL) throws {
        var first: cic_tiff_page?
        var (depth, passedOver) = (0, 0)
        try TIFFPages(url).forEach { page in
            guard page.is_secondary == 0 else {
                passedOver += 1
                return
            }
            depth += 1
            if let first {
                guard page.isLike(first) else { throw TIFFFile.differing(page, first, number: depth + passedOver, url) }
            } else {
                first = page
            }
        }
        guard let first else {
            throw ImageFileError(
                url, .unsupported, "it holds thumbnails or masks alone", advice: "save the image itself as TIFF or PNG")
        }
        guard let type = VoxelType(first),
            let extent = Extent(
                checking: Int(first.width), Int(first.height), depth, channels: Int(first.channels),
                bytesPerSample: Int(first.sample_size))
        else {
            throw ImageFileError.corrupt(url, "its pages of \(first.width) × \(first.height) pixels cannot be counted")
        }
        self.url = url
        self.passedOver = passedOver
        voxelType = type
        stored = extent
        orientation = PictureOrientation(rawValue: Int(first.orientation)) ?? .upright
        picture = PictureInfo(
            .tiff, first.colorType, bitDepth: Int(first.bit_depth),
            palette: withUnsafeBytes(of: first.palette) { Array($0.prefix(3 * Int(first.palette_count))) })
    }

    var extent: Extent { orientation.order.extent(of: stored) }

    var notes: [ImageNote] {
        let pages = ImageNote(
            .pagesPassedOver, "\(passedOver) of its pages are thumbnails or masks of others, and are passed over")
        return [orientation.note, passedOver > 0 ? pages : nil].compactMap(\.self)
    }

    func samples() throws -> Samples {
        let planes = try Samples.filled(voxelType, count: stored.sampleCount, for: url) { samples in
            guard let start = samples.baseAddress else { preconditionFailure("an extent has samples") }
            var slice = 0
            let pages = try TIFFPages(url)
            try pages.forEach { page in
                guard page.is_secondary == 0 else { return }
                // The file was looked through before; it may have changed since.
                guard slice < stored.depth, page.width == stored.width, page.height == stored.height,
                    page.channels == stored.channels, VoxelType(page) == voxelType
                else { throw ImageFileError.corrupt(url, "it changed while it was read") }
                let place = start + slice * stored.planeSize * voxelType.byteCount
                try pages.read(page, into: place, stride: stored.voxelCount)
                slice += 1
            }
            guard slice == stored.depth else { throw ImageFileError.corrupt(url, "it changed while it was read") }
        }
        return planes.turned(orientation, of: stored)
    }

    private static func differing(_ page: cic_tiff_page, _ first: cic_tiff_page, number: Int, _ url: URL) -> ImageFileError {
        ImageFileError(
            url, .unsupported,
            "its page \(number) (\(page.summary)) differs from the first (\(first.summary)), so they are no slices of one volume",
            advice: "save each image as a file of its own")
    }
}

extension VoxelType {
    /// Nil for numbers of a size that no page has.
    fileprivate init?(_ page: cic_tiff_page) {
        self.init(rawValue: "\(page.kind)\(8 * page.sample_size)")
    }
}

extension cic_tiff_page {
    fileprivate func isLike(_ other: cic_tiff_page) -> Bool {
        (width, height, channels, bit_depth) == (other.width, other.height, other.channels, other.bit_depth)
            && (number, color, has_alpha, orientation) == (other.number, other.color, other.has_alpha, other.orientation)
            && withUnsafeBytes(of: palette) { own in withUnsafeBytes(of: other.palette) { own.elementsEqual($0) } }
    }

    fileprivate var summary: String {
        "\(width) × \(height), \(channels) × \(kind)\(bit_depth)"
    }

    fileprivate var kind: String { number == CIC_FLOAT ? "float" : number == CIC_SIGNED ? "int" : "uint" }

    fileprivate var colorType: PictureInfo.ColorType {
        switch color {
        case CIC_PAGE_PALETTE: .palette
        case CIC_PAGE_RGB: has_alpha == 0 ? .rgb : .rgba
        default: has_alpha == 0 ? .gray : .grayAlpha
        }
    }
}
