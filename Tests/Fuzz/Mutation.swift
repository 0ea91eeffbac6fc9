import Randomness
import TestSupport

/// A specimen and the damage done to it, both of which follow from a seed and a number alone.
struct Mutation {
    let specimen: Specimen
    let bytes: [UInt8]
    /// What was done, in words.
    let damage: String

    init(number: Int, seed: UInt64, of specimens: [Specimen]) {
        // Formats with a single specimen get as many mutations as those with fifty.
        var numbers = SeededGenerator(seed: seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(number))
        let byEnding = Dictionary(grouping: specimens) { $0.name.drop { $0 != "." } }
        let endings = byEnding.keys.sorted()
        let specimen = byEnding[endings[number % endings.count]]!.randomElement(using: &numbers)!
        var bytes = specimen.bytes
        var damage: [String] = []
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
            switch Int.random(in: 0..<8, using: &numbers) {
            case 0:
                let count = Int.random(in: 0...bytes.count, using: &numbers)
                bytes.removeLast(bytes.count - count)
                damage.append("cut to \(count) bytes")
            case 1...3: damage.append(Mutation.flip(&bytes, &numbers))
            default: damage.append(Mutation.overwrite(&bytes, &numbers))
            }
        }
        if specimen.name.hasSuffix(".png"), Bool.random(using: &numbers) {
            PNGChecksums.mend(&bytes)
            damage.append("checksums mended")
        }
        self.specimen = specimen
        self.bytes = bytes
        self.damage = damage.joined(separator: ", ")
    }

    /// Headers are where sizes and offsets stand, so half of the damage goes there.
    private static func place(in bytes: [UInt8], _ numbers: inout SeededGenerator) -> Int {
        let range = Bool.random(using: &numbers) ? bytes.count : min(bytes.count, 400)
        return Int.random(in: 0..<max(1, range), using: &numbers)
    }

    private static func flip(_ bytes: inout [UInt8], _ numbers: inout SeededGenerator) -> String {
        guard !bytes.isEmpty else { return "nothing" }
        let places = (0..<Int.random(in: 1...8, using: &numbers)).map { _ in place(in: bytes, &numbers) }
        for place in places { bytes[place] ^= UInt8.random(in: 1 ... .max, using: &numbers) }
        return "bytes \(places) changed"
    }

    /// A field of 1 to 8 bytes gets a number at the edge of what fields hold, in either byte order.
    private static func overwrite(_ bytes: inout [UInt8], _ numbers: inout SeededGenerator) -> String {
        let width = [1, 2, 4, 8].randomElement(using: &numbers)!
        let place = place(in: bytes, &numbers) / width * width
        guard place + width <= bytes.count else { return "nothing" }
        let edges: [UInt64] = [
            0, 1, 2, .max, .max - 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0,
            0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0x7f80_0000, 0x7fc0_0000, 0x4e6e_6b28, 0x7ff0_0000_0000_0000,
        ]
        let word = withUnsafeBytes(of: edges.randomElement(using: &numbers)!.littleEndian, Array.init).prefix(width)
        bytes.replaceSubrange(place..<place + width, with: Bool.random(using: &numbers) ? Array(word) : word.reversed())
        return "\(width) bytes from \(place) on overwritten"
    }
}

/// The checksums of PNG's chunks, made right again: damage behind a wrong one is never looked at.
enum PNGChecksums {
    static func mend(_ bytes: inout [UInt8]) {
        var place = 8
        // Length, type, that many bytes, and the checksum of type and bytes.
        while place + 12 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = place + 8 + length
            guard end + 4 <= bytes.count else { return }
            let checksum = crc32(bytes[place + 4..<end])
            bytes.replaceSubrange(end..<end + 4, with: withUnsafeBytes(of: checksum.bigEndian, Array.init))
            place = end + 4
        }
    }

    private static let table = (0..<256).map { byte -> UInt32 in
        (0..<8).reduce(UInt32(byte)) { c, _ in (c & 1) * 0xedb8_8320 ^ c >> 1 }
    }

    private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
    }
}
