import CZlib
import DurableFiles
import Foundation

/// The safetensors format: a JSON header with names, dtypes, shapes and byte ranges, then the bytes.
///
/// Written by hand, since no Swift library serves it. Strict: everything is checked against the file's size before any
/// tensor is made, byte ranges must cover the data without gap or overlap, and unknown dtypes are refused.
public struct Safetensors {
    public var tensors: [String: Tensor]
    /// Free text by key.
    public var metadata: [String: String]

    public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// - Throws: `FileError` for a file that cannot be read, or is not sound.
    public init(contentsOf url: URL) throws {
        try self.init(Self.mapped(url), path: url.path)
    }

    /// - Parameter path: for errors.
    init(_ data: Data, path: String) throws {
        let header = try Header(data, path: path)
        var tensors: [String: Tensor] = [:]
        try data.withUnsafeBytes { bytes in
            for (name, entry) in header.entries {
                let range = entry.range.lowerBound + header.dataStart..<entry.range.upperBound + header.dataStart
                tensors[name] = try Tensor(
                    bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), shape: entry.shape, dtype: entry.dtype)
            }
        }
        self.init(tensors: tensors, metadata: header.metadata)
    }

    /// Only the free text, without reading tensors.
    public static func metadata(of url: URL) throws -> [String: String] {
        try Header(mapped(url), path: url.path).metadata
    }

    private static func mapped(_ url: URL) throws -> Data {
        try FileSystem.requireFile(url)
        guard let data = try? Data(contentsOf: url, options: .alwaysMapped) else {
            throw FileError(url, "cannot be read", reason: "the system refused")
        }
        return data
    }

    /// Writes the file whole or not at all; tensors in the order of their names, so equal content gives equal bytes.
    ///
    /// - Precondition: no tensor is named `__metadata__`, the format's name for the free text.
    public func write(to url: URL) throws {
        precondition(tensors["__metadata__"] == nil, "a tensor cannot be named __metadata__")
        var header = Document()
        header.metadata = metadata
        var end = 0
        let names = tensors.keys.sorted()
        for name in names {
            guard let tensor = tensors[name] else { continue }  // the names are its keys
            let start = end
            end += tensor.count * tensor.dtype.size
            header.tensors[name] = .init(
                dtype: Self.code(of: tensor.dtype), shape: tensor.shape, data_offsets: [start, end])
        }
        var json = try JSONEncoder.sorted().encode(header)
        // Readers map the file and want the data aligned; trailing spaces are part of the format.
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
        try DurableFile.write(to: url) { file in
            try file.append(length)
            try file.append(json)
            for name in names {
                guard let tensor = tensors[name] else { continue }  // as above
                try tensor.bytes().withUnsafeBytes { try file.append($0) }
            }
        }
    }

    /// A CRC-32 of names, types, shapes and bytes of all tensors and of the free text, in the order of the names, as eight
    /// hexadecimal digits: equal content has an equal one, whatever the layout of the tensors in memory.
    ///
    /// - Throws: `TorchError` for tensors whose bytes cannot be had.
    public func checksum() throws -> String {
        var sum = crc32(0, nil, 0)
        func add(_ bytes: UnsafeRawBufferPointer) {
            sum = crc32_z(sum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
        func add(_ text: String) {
            // The zero parts one text from the next.
            Array(text.utf8 + [0]).withUnsafeBytes(add)
        }
        for (key, text) in metadata.sorted(by: { $0.key < $1.key }) {
            add(key)
            add(text)
        }
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            add("\(name) \(Self.code(of: tensor.dtype)) \(tensor.shape)")
            try tensor.bytes().withUnsafeBytes(add)
        }
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Every type has one, so that no tensor is left out of a file.
    private static func code(of dtype: DType) -> String {
        switch dtype {
        case .uint8: "U8"
        case .int32: "I32"
        case .int64: "I64"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float32: "F32"
        case .float64: "F64"
        case .bool: "BOOL"
        }
    }

    static func dtype(code: String) -> DType? { DType.allCases.first { Self.code(of: $0) == code } }
}

extension Safetensors {
    /// The checked header.
    struct Header {
        struct Entry {
            let dtype: DType
            let shape: [Int]
            /// Bytes, counted from the end of the header.
            let range: Range<Int>
        }

        let entries: [String: Entry]
        let metadata: [String: String]
        let dataStart: Int

        /// Bytes of a header, as the format has it.
        private static let longest: UInt64 = 100_000_000

        init(_ data: Data, path: String) throws {
            func fail(_ problem: String) -> FileError { FileError(path, "is no sound safetensors file", reason: problem) }
            guard data.count >= 8 else { throw fail("it has \(data.count) bytes, too few for a header") }
            let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard length <= Self.longest else {
                throw fail("it does not begin with the length of a header, as these files do; it is of another kind, or damaged")
            }
            guard length <= UInt64(data.count - 8) else {
                throw fail("the header should have \(length) bytes, the file ends after \(data.count - 8)")
            }
            dataStart = 8 + Int(length)
            let available = data.count - dataStart
            let json: Document
            do {
                json = try JSONDecoder().decode(Document.self, from: data.subdata(in: 8..<dataStart))
            } catch {
                throw fail("the header is not the expected JSON")
            }
            metadata = json.metadata
            var entries: [String: Entry] = [:]
            for (name, described) in json.tensors.sorted(by: { $0.key < $1.key }) {
                guard let dtype = Safetensors.dtype(code: described.dtype) else {
                    throw fail("tensor '\(name)' has the unsupported dtype \(described.dtype)")
                }
                guard described.data_offsets.count == 2, let low = described.data_offsets.first,
                    let high = described.data_offsets.last,
                    0 <= low, low <= high, high <= available
                else {
                    throw fail("tensor '\(name)' lies at \(described.data_offsets), outside the \(available) bytes of data")
                }
                // Counted as if no axis were empty: libtorch counts its strides so.
                var reach = dtype.size
                for size in described.shape {
                    let (product, overflow) = reach.multipliedReportingOverflow(by: max(size, 1))
                    guard size >= 0, !overflow else { throw fail("tensor '\(name)' has the impossible shape \(described.shape)") }
                    reach = product
                }
                let needed = described.shape.contains(0) ? 0 : reach
                guard needed == high - low else {
                    throw fail(
                        "tensor '\(name)' needs \(needed) bytes for \(described.dtype) \(described.shape), found \(high - low)")
                }
                entries[name] = Entry(dtype: dtype, shape: described.shape, range: low..<high)
            }
            var end = 0
            let inOrder = entries.sorted {
                ($0.value.range.lowerBound, $0.value.range.upperBound, $0.key)
                    < ($1.value.range.lowerBound, $1.value.range.upperBound, $1.key)
            }
            for (name, entry) in inOrder {
                guard entry.range.lowerBound == end else {
                    throw fail(
                        "tensor '\(name)' starts at \(entry.range.lowerBound), expected \(end): tensors overlap or leave a gap")
                }
                end = entry.range.upperBound
            }
            guard end == available else { throw fail("\(available - end) bytes follow the last tensor") }
            self.entries = entries
        }
    }

    private struct Document: Codable {
        struct Described: Codable {
            let dtype: String
            let shape: [Int]
            let data_offsets: [Int]
        }

        struct Key: CodingKey {
            static let metadata = Key(stringValue: "__metadata__")

            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        var tensors: [String: Described] = [:]
        var metadata: [String: String] = [:]

        init() {}

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            if !metadata.isEmpty { try container.encode(metadata, forKey: .metadata) }
            for (name, described) in tensors { try container.encode(described, forKey: Key(stringValue: name)) }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            for key in container.allKeys {
                if key.stringValue == Key.metadata.stringValue {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    tensors[key.stringValue] = try container.decode(Described.self, forKey: key)
                }
            }
        }
    }
}
