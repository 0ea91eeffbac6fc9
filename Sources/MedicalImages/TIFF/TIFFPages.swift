import CImageCodecs
import Foundation

/// The pages of a TIFF file one after another, through libtiff on the file's descriptor: pixels are never all in memory twice.
final class TIFFPages {
    let file: InputFile
    private let tiff: OpaquePointer

    /// - Throws: `ImageFileError` where the file is no TIFF or has no readable first page; `FileError`.
    init(_ url: URL) throws {
        let file = try InputFile(url)
        let start = try withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { bytes in
            Array(bytes.prefix(try file.read(into: bytes)))
        }
        try PictureFormat.tiff.requireSignature(start, url)
        try file.seek(to: 0)
        var tiff: OpaquePointer?
        try PictureFormat.tiff.check(url) { cic_tiff_open(file.descriptor, &tiff, &$0) }
        guard let tiff else { preconditionFailure("a file that was opened has a handle") }
        (self.file, self.tiff) = (file, tiff)
    }

    deinit { cic_tiff_close(tiff) }

    /// Calls `body` with each page in turn.
    ///
    /// - Throws: what `body` throws; `ImageFileError` where a page cannot be read.
    func forEach(_ body: (_ page: cic_tiff_page) throws -> Void) throws {
        var isThere: Int32 = 1
        while isThere != 0 {
            var page = cic_tiff_page()
            try PictureFormat.tiff.check(file.url) { cic_tiff_page_info(tiff, &page, &$0) }
            try body(page)
            try PictureFormat.tiff.check(file.url) { cic_tiff_next_page(tiff, &isThere, &$0) }
        }
    }

    /// Reads the current page.
    ///
    /// - Parameters:
    ///   - samples: where its first channel goes.
    ///   - stride: samples from there to the next channel.
    func read(_ page: cic_tiff_page, into samples: UnsafeMutableRawPointer, stride: Int) throws {
        var page = page
        try PictureFormat.tiff.check(file.url) { cic_tiff_read_page(tiff, &page, samples, stride, &$0) }
    }
}

extension PictureFormat {
    /// `II` or `MM` for the byte order, then 42 for TIFF and 43 for BigTIFF.
    static let tiff = PictureFormat(
        name: "TIFF", signatures: [[0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43]])
}
