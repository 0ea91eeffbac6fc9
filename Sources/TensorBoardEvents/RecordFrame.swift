import Foundation

/// A record of TensorFlow's record files (TFRecord): length, its checksum, the bytes, their checksum; all little-endian.
enum RecordFrame {
    static func framed(_ record: Data) -> Data {
        let length = bytes(of: UInt64(record.count))
        return length + bytes(of: CRC32C.masked(length)) + record + bytes(of: CRC32C.masked(record))
    }

    private static func bytes(of number: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: number.littleEndian) { Data($0) }
    }
}
