import CDicom
import Foundation

/// A data set that is made, or an item of a sequence in it.
struct MadeDataSet {
    private final class Root {
        let functions: cd_functions
        let handle: OpaquePointer

        init(for url: URL) throws {
            functions = try DICOMLibrary.functions(for: url)
            guard let handle = functions.make() else { fatalError("no memory for a data set") }
            self.handle = handle
        }

        deinit { functions.free_made(handle) }
    }

    private let root: Root
    private let set: OpaquePointer

    /// - Throws: `ImageFileError` where there is no GDCM.
    init(for url: URL) throws {
        root = try Root(for: url)
        set = root.handle
    }

    private init(_ root: Root, _ set: OpaquePointer) { (self.root, self.set) = (root, set) }

    /// A new item at the end of a sequence.
    func add(_ tag: DICOMTag) -> MadeDataSet { add(tag.code) }

    func add(_ code: UInt32) -> MadeDataSet {
        guard let item = root.functions.add(set, code) else { fatalError("no memory for a data set") }
        return MadeDataSet(root, item)
    }

    private func put(_ code: UInt32, _ representation: DICOMTag.Representation, bytes: [UInt8]) {
        let status = bytes.withUnsafeBytes { root.functions.put(set, code, representation.rawValue, $0.baseAddress, $0.count) }
        precondition(status == 0, "an element of \(bytes.count) bytes can be put")
    }

    func put(_ code: UInt32, _ representation: DICOMTag.Representation, _ text: String) {
        var bytes = Array(text.utf8)
        // Of even length: names of things end in a blank, identifiers in a zero.
        if bytes.count % 2 == 1 { bytes.append(representation == .uniqueIdentifier ? 0 : 0x20) }
        put(code, representation, bytes: bytes)
    }

    func put(_ tag: DICOMTag, _ text: String) { put(tag.code, tag.representation, text) }

    func put(_ tag: DICOMTag, _ number: UInt16) { put(tag.code, [number]) }

    func put(_ code: UInt32, _ numbers: [UInt16]) { put(code, .unsignedShort, bytes: numbers.flatMap(\.littleEndianBytes)) }

    func put(_ tag: DICOMTag, _ numbers: [UInt32]) {
        put(tag.code, .unsignedLong, bytes: numbers.flatMap(\.littleEndianBytes))
    }

    func put(_ tag: DICOMTag, _ bytes: [UInt8]) { put(tag.code, tag.representation, bytes: bytes) }

    /// Names another element: its group, then its element.
    func put(tag: DICOMTag, _ code: UInt32) {
        put(
            tag.code, .attributeTag,
            bytes: UInt16(code >> 16).littleEndianBytes + UInt16(truncatingIfNeeded: code).littleEndianBytes)
    }

    /// A sequence of one coded concept.
    func put(code: DICOMSegment.Code, at sequence: UInt32) {
        let item = add(sequence)
        item.put(0x0008_0100, .shortString, code.value)
        item.put(0x0008_0102, .shortString, code.scheme)
        item.put(0x0008_0104, .longString, code.meaning)
    }

    /// Takes an element over of a file, unseen; an absent one is left as it is.
    func copy(_ source: DICOMElements, _ code: UInt32, _ representation: DICOMTag.Representation) {
        guard let value = source.value(code) else { return }
        put(code, representation, bytes: Array(value) + (value.count % 2 == 1 ? [0x20] : []))
    }

    /// - Throws: `ImageFileError` where the data set lacks what every file has.
    func bytes(for url: URL) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let status = withUnsafeMutablePointer(to: &bytes) { bytes in
            root.functions.write(
                set,
                { context, start, count in
                    guard let context, let start else { return }
                    context.assumingMemoryBound(to: [UInt8].self).pointee
                        .append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
                }, bytes)
        }
        try DICOMLibrary.check(url, status)
        return bytes
    }
}

extension FixedWidthInteger {
    fileprivate var littleEndianBytes: [UInt8] { Swift.withUnsafeBytes(of: littleEndian) { Array($0) } }
}
