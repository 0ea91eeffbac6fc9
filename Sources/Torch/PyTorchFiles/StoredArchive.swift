import DurableFiles
import Foundation

/// The entries of a ZIP archive that are stored as they are, which is how `torch.save` writes all of its own.
///
/// Read by hand, since no library that is used here does it, and what is needed of the format is its directory: nothing is
/// decompressed, so nothing can grow.
struct StoredArchive {
    private let data: Data
    private let places: [String: Range<Int>]
    /// Entries that are not stored as they are, which cannot be had.
    let compressed: Set<String>

    var names: Set<String> { compressed.union(places.keys) }
    var byteCount: Int { data.count }

    /// - Throws: `FileError` for a file that cannot be read, or is no archive of stored entries.
    init(contentsOf url: URL) throws {
        try FileSystem.requireFile(url)
        guard let data = try? Data(contentsOf: url, options: .alwaysMapped) else {
            throw FileError(url, "cannot be read", reason: "the system refused")
        }
        try self.init(data, path: url.path)
    }

    /// - Parameter path: for errors.
    init(_ data: Data, path: String) throws {
        let bytes = LittleEndianBytes(data)
        func fail(_ reason: String) -> FileError { FileError(path, "is no sound ZIP archive", reason: reason) }
        guard let end = Self.endOfDirectory(bytes) else { throw fail("it has no directory at its end; the file may be cut off") }
        guard var count = bytes.number(at: end + 10, 2), var start = bytes.number(at: end + 16, 4) else {
            throw fail("its directory is cut off")
        }
        // Larger archives have their numbers in a record before the end.
        if count == 0xffff || start == 0xffff_ffff {
            guard let place = bytes.number(at: end - 12, 8), bytes.number(at: end - 20, 4) == 0x0706_4b50,
                bytes.number(at: place, 4) == 0x0606_4b50, let wideCount = bytes.number(at: place + 32, 8),
                let wideStart = bytes.number(at: place + 48, 8)
            else { throw fail("its directory for large archives is not where it should be") }
            (count, start) = (wideCount, wideStart)
        }
        var places: [String: Range<Int>] = [:]
        var compressed: Set<String> = []
        var place = start
        for _ in 0..<count {
            guard bytes.number(at: place, 4) == 0x0201_4b50, let method = bytes.number(at: place + 10, 2),
                var size = bytes.number(at: place + 24, 4), let nameLength = bytes.number(at: place + 28, 2),
                let extraLength = bytes.number(at: place + 30, 2), let commentLength = bytes.number(at: place + 32, 2),
                var offset = bytes.number(at: place + 42, 4), let name = bytes.text(at: place + 46, nameLength)
            else { throw fail("an entry of its directory lies outside the file, or is none") }
            if size == 0xffff_ffff || offset == 0xffff_ffff {
                // Wide numbers, in this order, as far as the narrow ones are full.
                let extra = place + 46 + nameLength
                guard bytes.number(at: extra, 2) == 1 else { throw fail("'\(name)' has no size") }
                var field = extra + 4
                for isSize in [true, false] where (isSize ? size : offset) == 0xffff_ffff {
                    guard let wide = bytes.number(at: field, 8) else { throw fail("'\(name)' has no size") }
                    if isSize { size = wide } else { offset = wide }
                    // The compressed size, between the two, is full where the size is.
                    field += isSize ? 16 : 8
                }
            }
            place += 46 + nameLength + extraLength + commentLength
            guard method == 0 else {
                compressed.insert(name)
                continue
            }
            // The entry's own head may have other extra fields than the directory.
            guard bytes.number(at: offset, 4) == 0x0403_4b50, let ownName = bytes.number(at: offset + 26, 2),
                let ownExtra = bytes.number(at: offset + 28, 2), size <= data.count,
                case let first = offset + 30 + ownName + ownExtra, first + size <= data.count
            else { throw fail("'\(name)' lies outside the file") }
            guard places.updateValue(first..<first + size, forKey: name) == nil else { throw fail("it has '\(name)' twice") }
        }
        self.data = data
        self.places = places
        self.compressed = compressed
    }

    /// The bytes of an entry, which are not copied; nil where there is none.
    subscript(name: String) -> Data? {
        places[name].map { data[data.startIndex + $0.lowerBound..<data.startIndex + $0.upperBound] }
    }

    /// Where the directory's end begins: at most a comment of 65,535 bytes follows it.
    private static func endOfDirectory(_ bytes: LittleEndianBytes) -> Int? {
        let last = bytes.count - 22
        guard last >= 0 else { return nil }
        return (max(0, last - 65_535)...last).reversed().first { bytes.number(at: $0, 4) == 0x0605_4b50 }
    }
}

/// Numbers and texts at places in a file; nil where they lie outside.
struct LittleEndianBytes {
    private let data: Data

    init(_ data: Data) { self.data = data }

    var count: Int { data.count }

    /// An unsigned number of up to 8 bytes, as far as it is no larger than the largest `Int`.
    func number(at place: Int, _ size: Int) -> Int? {
        guard place >= 0, size <= data.count, place <= data.count - size else { return nil }
        let start = data.startIndex + place
        return Int(exactly: data[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    func text(at place: Int, _ size: Int) -> String? {
        guard place >= 0, size >= 0, size <= data.count, place <= data.count - size else { return nil }
        let start = data.startIndex + place
        return String(validating: data[start..<start + size], as: UTF8.self)
    }
}
