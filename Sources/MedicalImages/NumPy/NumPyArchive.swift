import CZlib
import DurableFiles
import Foundation

/// NumPy's archive of one array: a ZIP file whose member `NAME.npy` is deflated, as `numpy.savez_compressed` writes it.
///
/// The ZIP is written by hand over zlib, because no package that is used here writes one. Sizes and checksum follow the data, so
/// that values can come in parts; from 4 GiB on they have the 64 bits of ZIP64. Source: PKWARE's APPNOTE 6.3; NumPy's NEP 1.
package enum NumPyArchive {
    /// Bytes of an array from which on sizes take 64 bits; deflate makes some data longer.
    static let smallestLarge = 0xf000_0000

    /// Writes an array of float32, C-contiguous. The file appears whole or not at all, and equal input gives equal bytes.
    ///
    /// - Parameters:
    ///   - name: of the array, in ASCII.
    ///   - body: appends the values in order, in parts of any size.
    /// - Throws: what `body` throws; `FileError` where the file cannot be written.
    /// - Precondition: `body` appends as many values as the shape has.
    package static func write(
        _ name: String, shape: [Int], to url: URL, _ body: (_ append: ([Float]) throws -> Void) throws -> Void
    ) throws {
        try write(name, shape: shape, to: url, largeFrom: smallestLarge, body)
    }

    static func write(
        _ name: String, shape: [Int], to url: URL, largeFrom: Int, _ body: (([Float]) throws -> Void) throws -> Void
    ) throws {
        let start = header(shape)
        let size = start.count + 4 * shape.reduce(1, *)
        var member = ZIPMember(name: "\(name).npy", size: size, isLarge: size >= largeFrom)
        try DurableFile.write(to: url) { writer in
            try writer.append(Data(member.localHeader))
            let deflater = Deflater(writer, as: .raw)
            func append(_ bytes: UnsafeRawBufferPointer) throws {
                member.add(bytes)
                try deflater.append(bytes)
            }
            try start.withUnsafeBytes(append)
            try body { values in try values.withUnsafeBytes(append) }
            try deflater.finish()
            precondition(member.seen == size, "as many values as the shape has")
            try writer.append(Data(member.end(compressedSize: deflater.byteCount)))
        }
    }

    /// The bytes of an .npy file before its values.
    private static func header(_ shape: [Int]) -> [UInt8] {
        let order = Int(1).littleEndian == 1 ? "<" : ">"
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let words = "{'descr': '\(order)f4', 'fortran_order': False, 'shape': (\(sizes)), }"
        // Values begin at a multiple of 64 bytes; ten bytes stand before the words, and a line feed ends them.
        let padding = (64 - (10 + words.utf8.count + 1) % 64) % 64
        let text = words + String(repeating: " ", count: padding) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes.append(littleEndian: UInt16(text.utf8.count))
        return bytes + Array(text.utf8)
    }
}

/// The only member of a ZIP file, deflated.
private struct ZIPMember {
    let name: String
    /// Before deflation.
    let size: Int
    let isLarge: Bool
    /// Bytes that were added.
    private(set) var seen = 0
    private var checksum = crc32(0, nil, 0)

    init(name: String, size: Int, isLarge: Bool) {
        (self.name, self.size, self.isLarge) = (name, size, isLarge)
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        checksum = crc32_z(checksum, bytes.baseAddress?.assumingMemoryBound(to: Bytef.self), z_size_t(bytes.count))
        seen += bytes.count
    }

    /// 2.0 for deflate, 4.5 for ZIP64.
    private var version: UInt16 { isLarge ? 45 : 20 }

    /// From the version on up to the checksum: sizes follow the data, deflate, and the first moment that ZIP knows.
    private var method: [UInt8] {
        var bytes: [UInt8] = []
        for field in [version, 1 << 3, 8, 0, 1 << 5 | 1] as [UInt16] { bytes.append(littleEndian: field) }
        return bytes
    }

    /// What stands before the data.
    var localHeader: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(0x0403_4b50))
        bytes += method
        bytes.append(littleEndian: UInt32(0))
        for _ in 0..<2 { bytes.append(littleEndian: isLarge ? UInt32.max : 0) }
        bytes.append(littleEndian: UInt16(name.utf8.count))
        bytes.append(littleEndian: UInt16(isLarge ? 20 : 0))
        return bytes + Array(name.utf8) + (isLarge ? Self.extra(0, 0) : [])
    }

    /// ZIP64's sizes.
    private static func extra(_ size: Int, _ compressedSize: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in [1, 16] as [UInt16] { bytes.append(littleEndian: field) }
        for field in [size, compressedSize] { bytes.append(littleEndian: UInt64(field)) }
        return bytes
    }

    /// What stands behind the data: checksum and sizes, the directory, and where that is.
    func end(compressedSize: Int) -> [UInt8] {
        let checksum = UInt32(self.checksum)
        func append(_ sizes: [Int], to bytes: inout [UInt8]) {
            for size in sizes {
                if isLarge { bytes.append(littleEndian: UInt64(size)) } else { bytes.append(littleEndian: UInt32(size)) }
            }
        }
        var bytes: [UInt8] = []
        for field in [0x0807_4b50, checksum] { bytes.append(littleEndian: field) }
        append([compressedSize, size], to: &bytes)
        let directoryStart = localHeader.count + compressedSize + bytes.count

        var directory: [UInt8] = []
        directory.append(littleEndian: UInt32(0x0201_4b50))
        directory.append(littleEndian: version)
        directory += method
        directory.append(littleEndian: checksum)
        for size in [compressedSize, size] { directory.append(littleEndian: isLarge ? UInt32.max : UInt32(size)) }
        directory.append(littleEndian: UInt16(name.utf8.count))
        directory.append(littleEndian: UInt16(isLarge ? 20 : 0))
        // No comment, the first disk, no attributes, and the member at the file's start.
        for _ in 0..<3 { directory.append(littleEndian: UInt16(0)) }
        for _ in 0..<2 { directory.append(littleEndian: UInt32(0)) }
        directory += Array(name.utf8) + (isLarge ? Self.extra(size, compressedSize) : [])
        bytes += directory

        if isLarge {
            let place = directoryStart + directory.count
            bytes.append(littleEndian: UInt32(0x0606_4b50))
            bytes.append(littleEndian: UInt64(44))
            for _ in 0..<2 { bytes.append(littleEndian: version) }
            for _ in 0..<2 { bytes.append(littleEndian: UInt32(0)) }
            for field in [1, 1, directory.count, directoryStart] { bytes.append(littleEndian: UInt64(field)) }
            for field in [0x0706_4b50, 0] as [UInt32] { bytes.append(littleEndian: field) }
            bytes.append(littleEndian: UInt64(place))
            bytes.append(littleEndian: UInt32(1))
        }
        bytes.append(littleEndian: UInt32(0x0605_4b50))
        for field in [0, 0, 1, 1] as [UInt16] { bytes.append(littleEndian: field) }
        bytes.append(littleEndian: UInt32(directory.count))
        bytes.append(littleEndian: isLarge ? UInt32.max : UInt32(directoryStart))
        bytes.append(littleEndian: UInt16(0))
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
