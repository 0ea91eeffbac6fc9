/// What a stream of JPEG, JPEG-LS or JPEG 2000 says of its pixels before they begin.
///
/// Source: ITU-T T.81, B.2.2 (frame header), T.87, C.2.2, T.800, A.5.1 (SIZ).
struct JPEGFrame {
    let rows, columns, components, precision: Int

    private static let (jpeg, codestream): ([UInt8], [UInt8]) = ([0xff, 0xd8], [0xff, 0x4f, 0xff, 0x51])

    /// Whether a fragment begins such a stream.
    static func isStart(_ fragment: [UInt8]) -> Bool { fragment.starts(with: jpeg) || fragment.starts(with: codestream) }

    /// Whether a fragment ends such a stream, but for a byte that makes it even; JPEG 2000's need no mark there.
    static func isEnd(_ fragment: [UInt8]) -> Bool {
        let mark: [UInt8] = [0xff, 0xd9]
        return fragment.starts(with: codestream) || fragment.suffix(2) == mark[...] || fragment.dropLast().suffix(2) == mark[...]
    }

    /// Nil where the stream does not say it, or twice.
    init?(_ stream: [UInt8]) {
        func word(_ place: Int) -> Int { Int(stream[place]) << 8 | Int(stream[place + 1]) }
        func long(_ place: Int) -> Int { word(place) << 16 | word(place + 2) }
        if stream.starts(with: Self.codestream) {
            // One component in one resolution; the number stands before it.
            guard stream.count >= 45, word(40) == 1, stream[43] == 1, stream[44] == 1 else { return nil }
            (columns, rows) = (long(8) - long(16), long(12) - long(20))
            (components, precision) = (1, Int(stream[42] & 0x7f) + 1)
            return
        }
        var place = 2
        var found: (rows: Int, columns: Int, components: Int, precision: Int)?
        while true {
            // Segments follow each other up to the first scan.
            guard place + 4 <= stream.count, stream[place] == 0xff else { return nil }
            let marker = stream[place + 1]
            if marker == 0xff {
                place += 1
                continue
            }
            if marker == 0xda { break }
            // SOF, which is none of DHT, JPG and DAC; and that of JPEG-LS.
            if (0xc0...0xcf).contains(marker) && ![0xc4, 0xc8, 0xcc].contains(marker) || marker == 0xf7 {
                guard found == nil, place + 10 <= stream.count else { return nil }
                found = (word(place + 5), word(place + 7), Int(stream[place + 9]), Int(stream[place + 4]))
            }
            place += 2 + word(place + 2)
        }
        guard let found else { return nil }
        (rows, columns, components, precision) = found
    }
}
