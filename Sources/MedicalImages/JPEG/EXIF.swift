/// Finds the orientation in the EXIF block of a JPEG file; the rest of the block is not read.
///
/// Source: Exif 2.32 (CIPA DC-008), and TIFF 6.0 for the block's form.
enum EXIF {
    private static let orientationTag = 0x0112

    /// Upright where there is no such block, or where it is damaged: nothing else depends on it.
    static func orientation(ofJPEG bytes: UnsafeRawBufferPointer) -> PictureOrientation {
        var place = 2
        // Segments: 0xff, a marker, and a length that counts itself. The pixels follow the marker 0xda.
        while let start = number(bytes, place, 2, .bigEndian), start >> 8 == 0xff {
            let marker = start & 0xff
            guard marker != 0xda, marker != 0xd9 else { break }
            // A fill byte.
            if marker == 0xff {
                place += 1
                continue
            }
            guard let length = number(bytes, place + 2, 2, .bigEndian), length >= 2 else { break }
            let body = place + 4..<min(bytes.count, place + 2 + length)
            if marker == 0xe1, body.count > 6, bytes[body].starts(with: Array("Exif\0\0".utf8)) {
                let block = UnsafeRawBufferPointer(rebasing: bytes[(body.lowerBound + 6)..<body.upperBound])
                return orientation(ofBlock: block).flatMap(PictureOrientation.init) ?? .upright
            }
            place += 2 + length
        }
        return .upright
    }

    private static func orientation(ofBlock bytes: UnsafeRawBufferPointer) -> Int? {
        let order: ByteOrder
        switch number(bytes, 0, 2, .bigEndian) {
        case 0x4949: order = .littleEndian
        case 0x4d4d: order = .bigEndian
        default: return nil
        }
        guard number(bytes, 2, 2, order) == 42, let directory = number(bytes, 4, 4, order),
            let count = number(bytes, directory, 2, order)
        else { return nil }
        // An entry: tag, type (3 is a 16-bit number), count, value.
        let entry = (0..<count).map { directory + 2 + 12 * $0 }.first { number(bytes, $0, 2, order) == orientationTag }
        guard let entry, number(bytes, entry + 2, 2, order) == 3 else { return nil }
        return number(bytes, entry + 8, 2, order)
    }

    /// The unsigned number of `width` bytes at a place, or nil beyond the end.
    private static func number(_ bytes: UnsafeRawBufferPointer, _ place: Int, _ width: Int, _ order: ByteOrder) -> Int? {
        guard place >= 0, place + width <= bytes.count else { return nil }
        return Int(bytes[place..<place + width].number(order))
    }
}
