import Foundation

/// Run lengths of BMP (RLE4, RLE8): pairs of a count and indices, and escapes after a count of 0.
///
/// Source: Microsoft, "Bitmap Compression".
struct BMPRuns {
    let bytes: [UInt8]
    let start: Int
    /// 4 or 8: of an index.
    let bits: Int

    /// Writes indices over samples that are 0; pixels that no run reaches stay so.
    ///
    /// - Throws: `ImageFileError` where a run leaves the picture or the file ends before the end mark.
    func fill(_ samples: inout [UInt8], _ header: BMPHeader, _ url: URL) throws {
        let (width, height) = (header.extent.width, header.extent.height)
        var place = start
        var (x, y) = (0, 0)
        func next() throws -> Int {
            guard place < bytes.count else { throw ImageFileError.truncated(url, "its run lengths break off") }
            defer { place += 1 }
            return Int(bytes[place])
        }
        func put(_ index: Int) throws {
            guard x < width, y < height else { throw ImageFileError.corrupt(url, "a run leaves the picture at x \(x), row \(y)") }
            samples[header.row(y) * width + x] = UInt8(index)
            x += 1
        }
        while true {
            let (count, value) = (try next(), try next())
            if count > 0 {
                for i in 0..<count { try put(bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15) }
                continue
            }
            switch value {
            case 0: (x, y) = (0, y + 1)
            case 1: return
            case 2:
                x += try next()
                y += try next()
            default:
                // Indices one by one, filled up to a whole number of 16 bits.
                let first = place
                var pair = 0
                for i in 0..<value {
                    if bits == 8 {
                        try put(try next())
                    } else {
                        if i % 2 == 0 { pair = try next() }
                        try put(i % 2 == 0 ? pair >> 4 : pair & 15)
                    }
                }
                if (place - first) % 2 == 1 { _ = try next() }
            }
        }
    }
}
