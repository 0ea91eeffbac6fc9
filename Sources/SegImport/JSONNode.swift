import DurableFiles
import Foundation

/// A value in a JSON file of another program, which is asked for what it should be; errors name the file and the key.
struct JSONNode {
    private enum Value: Decodable {
        case null
        case bool(Bool)
        case number(Double)
        case text(String)
        case list([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([Value].self) {
                self = .list(value)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }
    }

    let file: URL
    /// From the root; indices stand for elements.
    private let key: [String]
    private let value: Value

    private init(file: URL, key: [String], value: Value) {
        (self.file, self.key, self.value) = (file, key, value)
    }

    /// - Throws: `FileError` for a file that cannot be read or is no JSON.
    init(contentsOf url: URL) throws {
        let data = try FileSystem.read(url)
        guard let value = try? JSONDecoder().decode(Value.self, from: data) else {
            throw FileError(url, "cannot be read", reason: "it is no JSON")
        }
        self.init(file: url, key: [], value: value)
    }

    /// What is wrong with this value.
    func error(expected: String) -> FileError {
        let found =
            switch value {
            case .null: "null"
            case .bool(let value): "\(value)"
            case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
            case .text(let value): "'\(value)'"
            case .list: "a list"
            case .object: "an object"
            }
        return FileError(file, "cannot be used", reason: "\(place): expected \(expected), found \(found)")
    }

    private var place: String { key.isEmpty ? "the file" : key.joined(separator: ".") }

    /// The value of a key; nil where there is none or null.
    func find(_ name: String) -> JSONNode? {
        guard case .object(let members) = value, let member = members[name] else { return nil }
        if case .null = member { return nil }
        return JSONNode(file: file, key: key + [name], value: member)
    }

    /// - Throws: `FileError` where the key is missing.
    func member(_ name: String) throws -> JSONNode {
        guard case .object = value else { throw error(expected: "an object with the key '\(name)'") }
        guard let found = find(name) else {
            throw FileError(file, "cannot be used", reason: "\(place) has no '\(name)'")
        }
        return found
    }

    /// All keys with their values, by name.
    func members() throws -> [(name: String, node: JSONNode)] {
        guard case .object(let members) = value else { throw error(expected: "an object") }
        return members.sorted { $0.key < $1.key }.map { ($0.key, JSONNode(file: file, key: key + [$0.key], value: $0.value)) }
    }

    func elements() throws -> [JSONNode] {
        guard case .list(let list) = value else { throw error(expected: "a list") }
        return list.enumerated().map { JSONNode(file: file, key: key + [String($0)], value: $1) }
    }

    var isList: Bool { if case .list = value { true } else { false } }
    var isTrue: Bool { if case .bool(true) = value { true } else { false } }

    func text() throws -> String {
        guard case .text(let value) = value else { throw error(expected: "a text") }
        return value
    }

    func number() throws -> Double {
        guard case .number(let value) = value else { throw error(expected: "a number") }
        return value
    }

    func int() throws -> Int {
        guard case .number(let value) = value, let whole = Int(exactly: value) else { throw error(expected: "a whole number") }
        return whole
    }

    func ints() throws -> [Int] { try elements().map { try $0.int() } }
    func numbers() throws -> [Double] { try elements().map { try $0.number() } }
}
