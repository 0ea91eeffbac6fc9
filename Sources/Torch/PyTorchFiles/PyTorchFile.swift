import DurableFiles
import Foundation

/// The tensors in a file of PyTorch's (`torch.save`, `.pth` or `.pt`), by their paths in it; nothing in the file is executed.
///
/// Read by hand, since no library outside of Python does it. An archive in ZIP's form, as PyTorch writes it since version 1.6, holds a
/// pickle that describes tensors, and their memory. The pickle is read as data by `Unpickler`. Tensors are copied from memory that
/// lies within the archive, whatever sizes they claim.
public struct PyTorchFile {
    /// Tensors by their keys, dictionaries within dictionaries joined by dots.
    public let tensors: [String: Tensor]
    /// Whole numbers, and lists and tuples of them, by their keys.
    public let numbers: [String: [Int]]
    /// What would have needed code to be read, by the names of that code.
    public let skipped: [String]

    /// - Throws: `FileError` for a file that cannot be read, is of an older form, or is not sound.
    public init(contentsOf url: URL) throws {
        try Self.requireArchive(url)
        try self.init(StoredArchive(contentsOf: url), path: url.path)
    }

    init(_ archive: StoredArchive, path: String) throws {
        func fail(_ reason: String) -> FileError { FileError(path, "is no file of weights that PyTorch wrote", reason: reason) }
        guard !archive.names.contains(where: { $0.contains("/code/") }) else {
            throw fail("it is a program (TorchScript); save the state_dict() of its module instead")
        }
        if let name = archive.compressed.min() {
            throw fail("'\(name)' is compressed, where torch.save stores its entries as they are; save it anew")
        }
        guard let pickleName = archive.names.filter({ $0.hasSuffix("/data.pkl") }).min(by: { $0.count < $1.count }),
            let pickle = archive[pickleName]
        else { throw fail("there is no data.pkl in the archive") }
        let folder = pickleName.dropLast("data.pkl".count)
        if let order = archive[folder + "byteorder"], String(decoding: order, as: UTF8.self) != "little" {
            throw fail("its numbers are in the byte order of another machine; save it on one like this")
        }
        let containers = PickledContainers()
        var found = Found()
        do {
            try found.add(Unpickler.value(of: pickle, in: containers), at: "", depth: 0)
        } catch {
            throw fail(error.reason)
        }
        // Tensors may share memory, but thousands of copies of it would be larger than any file.
        guard found.bytes <= 4 * archive.byteCount else {
            throw fail("its tensors would take \(found.bytes) bytes, of which the file has \(archive.byteCount)")
        }
        var tensors: [String: Tensor] = [:]
        for (name, tensor) in found.tensors {
            guard let memory = archive[folder + "data/" + tensor.storage.key] else {
                throw fail("the memory of '\(name)' is not in the archive")
            }
            tensors[name] = try Self.tensor(tensor, memory) { reason in fail("'\(name)' \(reason)") }
        }
        self.tensors = tensors
        numbers = found.numbers
        skipped = found.skipped.sorted()
    }

    /// Files of before 2020 are pickles all through.
    private static func requireArchive(_ url: URL) throws {
        try FileSystem.requireFile(url)
        guard let handle = try? FileHandle(forReadingFrom: url), let head = try? handle.read(upToCount: 4) ?? Data() else {
            throw FileError(url, "cannot be read", reason: "the system refused")
        }
        guard head == Data([0x50, 0x4b, 0x03, 0x04]) else {
            let isOld = head.first == 0x80
            throw FileError(
                url, "is no file of weights that PyTorch wrote",
                reason: isOld
                    ? "it has the form of before PyTorch 1.6, which cannot be read without executing it; in Python, load it with "
                        + "torch.load(…, weights_only=True) and save it anew"
                    : "it does not begin as an archive does")
        }
    }

    /// Copies what a tensor is a view of.
    private static func tensor(_ view: PickledTensor, _ memory: Data, _ fail: (String) -> FileError) throws -> Tensor {
        let size = view.storage.dtype.size
        let available = memory.count / size
        guard view.storage.count <= available else {
            throw fail("claims \(view.storage.count) elements of memory, of which the archive has \(available)")
        }
        var (count, last) = (1, view.offset)
        guard view.offset >= 0 else { throw fail("begins before its memory") }
        for (length, stride) in zip(view.shape, view.strides) {
            let (product, isLarge) = count.multipliedReportingOverflow(by: max(length, 1))
            let (reach, isFar) = stride.multipliedReportingOverflow(by: max(length - 1, 0))
            let (sum, isBeyond) = last.addingReportingOverflow(reach)
            guard length >= 0, stride >= 0, !isLarge, !isFar, !isBeyond else {
                throw fail("has the impossible shape \(view.shape)")
            }
            (count, last) = (product, sum)
        }
        if view.shape.contains(0) { return try .empty(view.shape, dtype: view.storage.dtype) }
        guard last < available else { throw fail("reaches beyond its memory") }
        // Views that repeat elements could be larger than the file.
        guard count <= available else { throw fail("has more elements than its memory") }
        let bytes = [UInt8](unsafeUninitializedCapacity: count * size) { buffer, filled in
            memory.withUnsafeBytes { memory in
                Self.gather(view, size, from: memory, into: UnsafeMutableRawBufferPointer(buffer))
            }
            filled = count * size
        }
        return try bytes.withUnsafeBytes { try Tensor(bytes: $0, shape: view.shape, dtype: view.storage.dtype) }
    }

    private static func gather(
        _ view: PickledTensor, _ size: Int, from memory: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) {
        var place = 0
        func copy(_ axis: Int, _ offset: Int) {
            guard axis < view.shape.count else {
                buffer.baseAddress!.advanced(by: place * size).copyMemory(  // a tensor with elements
                    from: memory.baseAddress!.advanced(by: offset * size), byteCount: size)
                place += 1
                return
            }
            if axis == view.shape.count - 1, view.strides[axis] == 1 {
                buffer.baseAddress!.advanced(by: place * size).copyMemory(
                    from: memory.baseAddress!.advanced(by: offset * size), byteCount: view.shape[axis] * size)
                place += view.shape[axis]
                return
            }
            for index in 0..<view.shape[axis] { copy(axis + 1, offset + index * view.strides[axis]) }
        }
        copy(0, view.offset)
    }

    /// Tensors in dictionaries of dictionaries.
    private struct Found {
        var tensors: [(name: String, tensor: PickledTensor)] = []
        var numbers: [String: [Int]] = [:]
        var skipped: Set<String> = []
        /// Of all tensors, as far as it is a number.
        private(set) var bytes = 0
        private var visits = 0
        private static let most = Int.max / 2

        /// Nil for values of which some are no whole numbers.
        private static func numbers(_ values: [PickledValue]) -> [Int]? {
            let numbers = values.compactMap { if case .int(let number) = $0 { number } else { nil } }
            return numbers.count == values.count ? numbers : nil
        }

        mutating func add(_ value: PickledValue, at path: String, depth: Int) {
            // A pickle of some bytes can describe a tree without end.
            visits += 1
            guard depth < 16, visits < 1_000_000 else { return }
            switch value {
            case .tensor(let tensor):
                tensors.append((path.isEmpty ? "tensor" : path, tensor))
                bytes += tensor.bytes ?? Self.most
                bytes = min(bytes, Self.most)
            case .dictionary(let dictionary):
                for (key, value) in dictionary.texts { add(value, at: path.isEmpty ? key : "\(path).\(key)", depth: depth + 1) }
            case .int(let number): numbers[path] = [number]
            case .list(let list):
                if let all = Self.numbers(list.elements) { return numbers[path] = all }
                for (index, value) in list.elements.enumerated() { add(value, at: "\(path).\(index)", depth: depth + 1) }
            case .tuple(let tuple):
                if let all = Self.numbers(tuple.values) { return numbers[path] = all }
                for (index, value) in tuple.values.enumerated() { add(value, at: "\(path).\(index)", depth: depth + 1) }
            case .skipped(let name): skipped.insert(name)
            case .none, .bool, .float, .text, .bytes, .global, .storage: break
            }
        }
    }
}
