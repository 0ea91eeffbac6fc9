/// What a pickle holds, as far as it is data.
indirect enum PickledValue {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case text(String)
    /// Bytes, and whole numbers beyond 64 bits.
    case bytes
    case list(PickledList)
    case tuple(PickledTuple)
    case dictionary(PickledDictionary)
    /// A type or function by its name, which nobody calls.
    case global(String)
    /// A stretch of memory in a file of its own.
    case storage(PickledStorage)
    case tensor(PickledTensor)
    /// What would need code to be made; the name is that of the code.
    case skipped(String)
}

/// Never changed, so that one can only hold those that were there before it.
struct PickledTuple {
    let values: [PickledValue]
    /// Of tuples within tuples.
    let depth: Int

    init(_ values: [PickledValue]) {
        self.values = values
        let depths = values.map { if case .tuple(let tuple) = $0 { tuple.depth } else { 0 } }
        depth = 1 + (depths.max() ?? 0)
    }
}

/// Lists change after others have hold of them, and may hold themselves.
final class PickledList {
    var elements: [PickledValue] = []
}

/// In the order in which the keys came.
final class PickledDictionary {
    private(set) var entries: [(key: PickledValue, value: PickledValue)] = []

    func set(_ key: PickledValue, _ value: PickledValue) { entries.append((key, value)) }

    /// Of keys that are texts; of several with one text the last.
    var texts: [(key: String, value: PickledValue)] {
        entries.compactMap { entry in
            if case .text(let key) = entry.key { (key, entry.value) } else { nil }
        }
    }

    func removeAll() { entries = [] }
}

/// All lists and dictionaries of a pickle. They are emptied before they go, so that circles end, and long chains of them are not let go
/// of one within the other.
final class PickledContainers {
    private var lists: [PickledList] = []
    private var dictionaries: [PickledDictionary] = []

    deinit {
        for list in lists { list.elements = [] }
        for dictionary in dictionaries { dictionary.removeAll() }
    }

    func makeList(_ elements: [PickledValue] = []) -> PickledValue {
        let list = PickledList()
        list.elements = elements
        lists.append(list)
        return .list(list)
    }

    func makeDictionary() -> PickledValue {
        let dictionary = PickledDictionary()
        dictionaries.append(dictionary)
        return .dictionary(dictionary)
    }
}

struct PickledStorage {
    /// The entry `data/KEY` of the archive.
    let key: String
    let dtype: DType
    let count: Int
}

/// A view of a storage: counts of elements.
struct PickledTensor {
    let storage: PickledStorage
    let offset: Int
    let shape: [Int]
    let strides: [Int]

    /// Of its elements; nil where that is no number below half of the largest.
    var bytes: Int? {
        let bytes = shape.reduce(storage.dtype.size as Int?) { product, length in
            guard let product, length >= 0 else { return nil }
            let (next, isLarge) = product.multipliedReportingOverflow(by: length)
            return isLarge ? nil : next
        }
        return bytes.flatMap { $0 < Int.max / 2 ? $0 : nil }
    }
}
