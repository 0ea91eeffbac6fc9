import Foundation

/// Reads the pickles that `torch.save` writes, as data: no code is looked up or run, whatever a file names.
///
/// The stack machine of Python's pickle protocols 2 to 5, without what needs code. Tensors, storages, parameters and ordered
/// dictionaries are known by name; objects of any other kind become `.skipped`, with all that they were made of, and what asks for
/// more (persistent objects that are no storages, buffers outside of the file, extension codes) is refused.
struct Unpickler {
    /// Where a pickle is none, or wants what is refused.
    struct Problem: Error {
        let reason: String
    }

    private let bytes: LittleEndianBytes
    private var place = 0
    private var stack: [PickledValue] = []
    /// Heights of the stack.
    private var marks: [Int] = []
    private var memo: [Int: PickledValue] = [:]
    private let containers: PickledContainers

    /// - Parameter containers: keeps what the value holds; they go after it.
    static func value(of data: Data, in containers: PickledContainers) throws(Problem) -> PickledValue {
        var reader = Unpickler(bytes: LittleEndianBytes(data), containers: containers)
        return try reader.run()
    }

    private init(bytes: LittleEndianBytes, containers: PickledContainers) {
        self.bytes = bytes
        self.containers = containers
    }

    /// Instructions, where the largest networks need some tens of thousands.
    private static let most = 4_000_000
    private static let deepest = 64

    // MARK: The machine

    private mutating func run() throws(Problem) -> PickledValue {
        for _ in 0..<Self.most {
            let code = try UInt8(next(1))
            switch code {
            case 0x80: _ = try next(1)  // the protocol
            case 0x95: _ = try next(8)  // a frame
            case UInt8(ascii: "."): return try pop()
            case UInt8(ascii: "("): marks.append(stack.count)
            case UInt8(ascii: "0"): _ = try pop()
            case UInt8(ascii: "1"): _ = try popToMark()
            case UInt8(ascii: "2"): stack.append(try top())
            case UInt8(ascii: "N"): stack.append(.none)
            case 0x88: stack.append(.bool(true))
            case 0x89: stack.append(.bool(false))
            case UInt8(ascii: "K"): stack.append(.int(try next(1)))
            case UInt8(ascii: "M"): stack.append(.int(try next(2)))
            case UInt8(ascii: "J"): stack.append(.int(Int(Int32(truncatingIfNeeded: try next(4)))))
            case 0x8a: try pushLong(try next(1))
            case 0x8b: try pushLong(try next(4))
            case UInt8(ascii: "G"): stack.append(.float(try nextDouble()))
            case UInt8(ascii: "X"): stack.append(.text(try nextText(try next(4))))
            case 0x8c: stack.append(.text(try nextText(try next(1))))
            case 0x8d: stack.append(.text(try nextText(try next(8))))
            case UInt8(ascii: "C"), UInt8(ascii: "U"): try skipBytes(try next(1))
            case UInt8(ascii: "B"), UInt8(ascii: "T"): try skipBytes(try next(4))
            case 0x8e, 0x96: try skipBytes(try next(8))
            case UInt8(ascii: ")"): try push([])
            case UInt8(ascii: "t"): try push(popToMark())
            case 0x85: try pushTuple(1)
            case 0x86: try pushTuple(2)
            case 0x87: try pushTuple(3)
            case UInt8(ascii: "]"): stack.append(containers.makeList())
            case UInt8(ascii: "l"): stack.append(containers.makeList(try popToMark()))
            case UInt8(ascii: "a"): try append([pop()])
            case UInt8(ascii: "e"): try append(popToMark())
            case UInt8(ascii: "}"): stack.append(containers.makeDictionary())
            case UInt8(ascii: "d"):
                let items = try popToMark()
                stack.append(containers.makeDictionary())
                try set(items)
            case UInt8(ascii: "s"):
                let value = try pop()
                try set([pop(), value])
            case UInt8(ascii: "u"): try set(popToMark())
            // Sets are made of what needs no keeping.
            case 0x8f: stack.append(.skipped("set"))
            case 0x90: _ = try popToMark()
            case 0x91:
                _ = try popToMark()
                stack.append(.skipped("frozenset"))
            case UInt8(ascii: "q"): memo[try next(1)] = try top()
            case UInt8(ascii: "r"): memo[try next(4)] = try top()
            case 0x94: memo[memo.count] = try top()
            case UInt8(ascii: "h"): try recall(try next(1))
            case UInt8(ascii: "j"): try recall(try next(4))
            case UInt8(ascii: "c"):
                let module = try nextLine()
                stack.append(.global("\(module).\(try nextLine())"))
            case 0x93:
                guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
                    throw Problem(reason: "a name is no text")
                }
                stack.append(.global("\(module).\(name)"))
            case UInt8(ascii: "R"), 0x81:
                let arguments = try pop()
                stack.append(try made(by: pop(), arguments))
            case 0x92:
                _ = try pop()
                let arguments = try pop()
                stack.append(try made(by: pop(), arguments))
            case UInt8(ascii: "b"): try build()
            case UInt8(ascii: "Q"): stack.append(.storage(try Self.storage(pop())))
            default:
                throw Problem(reason: "its pickle has the instruction \(code) at \(place - 1), which no state of weights needs")
            }
        }
        throw Problem(reason: "its pickle has more than \(Self.most) instructions, which no state of weights needs")
    }

    // MARK: Bytes

    private mutating func next(_ size: Int) throws(Problem) -> Int {
        guard let number = bytes.number(at: place, size) else {
            throw Problem(reason: "its pickle ends in the middle of an instruction, at \(place)")
        }
        place += size
        return number
    }

    private mutating func nextText(_ size: Int) throws(Problem) -> String {
        guard let text = bytes.text(at: place, size) else {
            throw Problem(reason: "a text at \(place) is cut off, or no UTF-8")
        }
        place += size
        return text
    }

    private mutating func nextLine() throws(Problem) -> String {
        let start = place
        while try next(1) != Int(UInt8(ascii: "\n")) {}
        guard let text = bytes.text(at: start, place - 1 - start) else { throw Problem(reason: "a name at \(start) is no UTF-8") }
        return text
    }

    private mutating func nextDouble() throws(Problem) -> Double {
        // The only number of a pickle that has its highest byte first.
        var pattern: UInt64 = 0
        for _ in 0..<8 { pattern = pattern << 8 | UInt64(try next(1)) }
        return Double(bitPattern: pattern)
    }

    private mutating func skipBytes(_ size: Int) throws(Problem) {
        guard size <= bytes.count - place else { throw Problem(reason: "bytes at \(place) are cut off") }
        place += size
        stack.append(.bytes)
    }

    private mutating func pushLong(_ size: Int) throws(Problem) {
        guard size <= bytes.count - place else { throw Problem(reason: "a number at \(place) is cut off") }
        guard size <= 8 else { return try skipBytes(size) }
        var pattern: UInt64 = 0
        var last = 0
        for shift in 0..<size {
            last = try next(1)
            pattern |= UInt64(last) << (8 * UInt64(shift))
        }
        // The sign goes on.
        if size > 0, size < 8, last >= 0x80 { pattern |= ~UInt64(0) << (8 * UInt64(size)) }
        stack.append(.int(Int(Int64(bitPattern: pattern))))
    }

    // MARK: The stack

    private var base: Int { marks.last ?? 0 }

    private mutating func pop() throws(Problem) -> PickledValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private func top() throws(Problem) -> PickledValue {
        guard stack.count > base, let value = stack.last else { throw Problem(reason: "its pickle takes what is not there") }
        return value
    }

    private mutating func popToMark() throws(Problem) -> [PickledValue] {
        guard let mark = marks.popLast(), mark <= stack.count else {
            throw Problem(reason: "its pickle has no mark to go back to")
        }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    private mutating func pushTuple(_ count: Int) throws(Problem) {
        var values: [PickledValue] = []
        for _ in 0..<count { values.insert(try pop(), at: 0) }
        try push(values)
    }

    private mutating func push(_ values: [PickledValue]) throws(Problem) {
        let tuple = PickledTuple(values)
        guard tuple.depth <= Self.deepest else {
            throw Problem(reason: "tuples lie more than \(Self.deepest) deep in each other")
        }
        stack.append(.tuple(tuple))
    }

    private mutating func append(_ elements: [PickledValue]) throws(Problem) {
        switch try top() {
        case .list(let list): list.elements += elements
        case .skipped: break
        default: throw Problem(reason: "its pickle appends to what is no list")
        }
    }

    private mutating func set(_ items: [PickledValue]) throws(Problem) {
        guard items.count.isMultiple(of: 2) else { throw Problem(reason: "a dictionary has a key without a value") }
        switch try top() {
        case .dictionary(let dictionary):
            for index in stride(from: 0, to: items.count, by: 2) { dictionary.set(items[index], items[index + 1]) }
        case .skipped: break
        default: throw Problem(reason: "its pickle sets a key of what is no dictionary")
        }
    }

    private mutating func recall(_ number: Int) throws(Problem) {
        guard let value = memo[number] else { throw Problem(reason: "its pickle recalls what it never kept") }
        stack.append(value)
    }

    /// The state of an object: that of an ordered dictionary (its `_metadata`) says nothing of weights, and others are skipped.
    private mutating func build() throws(Problem) {
        _ = try pop()
        _ = try top()
    }

    // MARK: Known names

    private func made(by maker: PickledValue, _ arguments: PickledValue) throws(Problem) -> PickledValue {
        guard case .global(let name) = maker, case .tuple(let tuple) = arguments else {
            // Of what was skipped already.
            if case .skipped = maker { return maker }
            throw Problem(reason: "its pickle calls what is no name")
        }
        let values = tuple.values
        switch name {
        case "collections.OrderedDict" where values.isEmpty: return containers.makeDictionary()
        case "torch._utils._rebuild_tensor_v2": return .tensor(try Self.tensor(values))
        case "torch._utils._rebuild_parameter":
            guard case .tensor? = values.first else { throw Problem(reason: "a parameter has no tensor") }
            return values[0]
        default: return .skipped(name)
        }
    }

    private static func tensor(_ values: [PickledValue]) throws(Problem) -> PickledTensor {
        guard values.count >= 4, case .storage(let storage) = values[0], case .int(let offset) = values[1],
            let shape = numbers(values[2]), let strides = numbers(values[3]), shape.count == strides.count
        else { throw Problem(reason: "a tensor is not described as torch.save does it") }
        return PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides)
    }

    private static func numbers(_ value: PickledValue) -> [Int]? {
        guard case .tuple(let tuple) = value else { return nil }
        let numbers = tuple.values.compactMap { if case .int(let number) = $0 { number } else { nil } }
        return numbers.count == tuple.values.count ? numbers : nil
    }

    /// ('storage', type, key, device, count)
    private static func storage(_ value: PickledValue) throws(Problem) -> PickledStorage {
        guard case .tuple(let tuple) = value, case let values = tuple.values, values.count == 5,
            case .text("storage") = values[0], case .global(let type) = values[1], case .text(let key) = values[2],
            case .int(let count) = values[4], count >= 0
        else { throw Problem(reason: "its pickle names an object outside of it that is no storage") }
        guard let dtype = dtypes[type] else {
            throw Problem(reason: "a tensor has elements of \(type), of which there are none here")
        }
        return PickledStorage(key: key, dtype: dtype, count: count)
    }

    private static let dtypes: [String: DType] = [
        "torch.FloatStorage": .float32, "torch.DoubleStorage": .float64, "torch.HalfStorage": .float16,
        "torch.BFloat16Storage": .bfloat16, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
        "torch.ByteStorage": .uint8, "torch.BoolStorage": .bool,
    ]
}
