import Foundation

/// Unpacks RLE Lossless: the bytes of equal weight of all pixels, one after another, in runs.
///
/// By hand: GDCM's decoder reads beyond the end of damaged fragments.
///
/// Source: DICOM PS3.5, Annex G.
struct DICOMRunLengths {
    private let fragment: [UInt8]
    private let url: URL

    /// The number of segments and where they begin: 16 words.
    private static let headerSize = 64

    init(_ fragment: [UInt8], of url: URL) { (self.fragment, self.url) = (fragment, url) }

    /// Fills a buffer with the pixels of a frame, in the host's byte order.
    ///
    /// - Throws: `ImageFileError` where there are other segments than a pixel has bytes, or where they end early.
    func unpack(bytesPerPixel: Int, into target: UnsafeMutableRawBufferPointer) throws {
        func damaged() -> ImageFileError { ImageFileError.truncated(url, "its run lengths are damaged or break off") }
        guard fragment.count >= Self.headerSize, word(0) == bytesPerPixel else { throw damaged() }
        let count = target.count / bytesPerPixel
        for segment in 0..<bytesPerPixel {
            let start = word(segment + 1)
            let end = segment + 1 < bytesPerPixel ? word(segment + 2) : fragment.count
            guard start >= Self.headerSize, start <= end, end <= fragment.count else { throw damaged() }
            // The first segment has the bytes of the highest weight.
            let weight = ByteOrder.host == .littleEndian ? bytesPerPixel - 1 - segment : segment
            var (place, pixel) = (start, 0)
            while pixel < count {
                guard place < end else { throw damaged() }
                let code = Int8(bitPattern: fragment[place])
                place += 1
                if code >= 0 {
                    let length = min(Int(code) + 1, count - pixel)
                    guard place + length <= end else { throw damaged() }
                    for index in 0..<length { target[(pixel + index) * bytesPerPixel + weight] = fragment[place + index] }
                    place += Int(code) + 1
                    pixel += length
                } else if code != -128 {
                    guard place < end else { throw damaged() }
                    let length = min(1 - Int(code), count - pixel)
                    for index in 0..<length { target[(pixel + index) * bytesPerPixel + weight] = fragment[place] }
                    place += 1
                    pixel += length
                }
            }
        }
    }

    private func word(_ index: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(fragment[4 * index + $1]) << (8 * $1) }
    }
}
