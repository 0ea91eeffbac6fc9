import Foundation

@testable import TensorBoardEvents

/// Reads event files as the format says, with every checksum held against the bytes.
enum WireEvents {
    struct Damage: Error { let offset: Int }

    /// The events of a file; a torn record ends them.
    static func read(_ url: URL) throws -> [WireEvent] {
        let bytes = [UInt8](try Data(contentsOf: url))
        func number<Number: FixedWidthInteger>(at offset: Int, as _: Number.Type) -> Number {
            bytes[offset..<offset + Number.bitWidth / 8].reversed().reduce(0) { $0 << 8 | Number($1) }
        }
        var events: [WireEvent] = []
        var offset = 0
        while offset + 12 <= bytes.count {
            let length = Int(number(at: offset, as: UInt64.self))
            guard number(at: offset + 8, as: UInt32.self) == CRC32C.masked(bytes[offset..<offset + 8]) else {
                throw Damage(offset: offset)
            }
            let end = offset + 12 + length
            guard end + 4 <= bytes.count else { break }
            guard number(at: end, as: UInt32.self) == CRC32C.masked(bytes[offset + 12..<end]) else {
                throw Damage(offset: offset)
            }
            events.append(try WireEvent(serializedBytes: Data(bytes[offset + 12..<end])))
            offset = end + 4
        }
        return events
    }
}
