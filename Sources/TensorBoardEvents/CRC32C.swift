/// The checksum of event files: CRC-32C (Castagnoli; RFC 3720, B.4), masked as in TensorFlow's record files.
enum CRC32C {
    /// For each byte the remainder of its division by the reflected polynomial 0x82F63B78.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            ~bytes.reduce(~0) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
        }
    }

    /// Turned and shifted, so that the checksum of data that hold their own checksum is not trivial.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let crc = checksum(bytes)
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}
