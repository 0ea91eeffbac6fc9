/// The bytes of a header, read and written as numbers in one byte order.
struct NIfTIBytes {
    private(set) var bytes: [UInt8]
    let byteOrder: ByteOrder

    init(_ bytes: [UInt8], byteOrder: ByteOrder) {
        self.bytes = bytes
        self.byteOrder = byteOrder
    }

    subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// The signed integer of `width` bytes.
    func integer(at offset: Int, width: Int) -> Int {
        switch width {
        case 1: Int(bytes[offset])
        case 2: Int(Int16(truncatingIfNeeded: word(at: offset, width: 2)))
        case 4: Int(Int32(truncatingIfNeeded: word(at: offset, width: 4)))
        default: Int(Int64(truncatingIfNeeded: word(at: offset, width: 8)))
        }
    }

    /// The IEEE number of 4 or 8 bytes.
    func real(at offset: Int, width: Int) -> Double {
        width == 4
            ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: word(at: offset, width: 4))))
            : Double(bitPattern: word(at: offset, width: 8))
    }

    func reals(_ count: Int, at offset: Int, width: Int) -> [Double] {
        (0..<count).map { real(at: offset + $0 * width, width: width) }
    }

    mutating func put(_ integer: Int, at offset: Int, width: Int) {
        put(UInt64(truncatingIfNeeded: integer), at: offset, width: width)
    }

    mutating func put(_ reals: [Double], at offset: Int, width: Int) {
        for (i, real) in reals.enumerated() {
            let word = width == 4 ? UInt64(Float(real).bitPattern) : real.bitPattern
            put(word, at: offset + i * width, width: width)
        }
    }

    mutating func put(_ text: [UInt8], at offset: Int) {
        bytes.replaceSubrange(offset..<offset + text.count, with: text)
    }

    private func word(at offset: Int, width: Int) -> UInt64 { bytes[offset..<offset + width].number(byteOrder) }

    private mutating func put(_ word: UInt64, at offset: Int, width: Int) {
        for i in 0..<width {
            let shift = 8 * (byteOrder == .littleEndian ? i : width - 1 - i)
            bytes[offset + i] = UInt8(truncatingIfNeeded: word >> UInt64(shift))
        }
    }
}

/// The order of the bytes of a number.
public enum ByteOrder: Sendable {
    case littleEndian, bigEndian

    /// The order of the machine that runs.
    public static var host: ByteOrder { UInt16(1).littleEndian == 1 ? .littleEndian : .bigEndian }
}

extension BidirectionalCollection<UInt8> {
    /// The bytes as an unsigned number.
    func number(_ order: ByteOrder) -> UInt64 {
        switch order {
        case .littleEndian: reversed().reduce(0) { $0 << 8 | UInt64($1) }
        case .bigEndian: reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
