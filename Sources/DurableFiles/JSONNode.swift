import Foundation

/// A value of a JSON file of people or of another program, and where in the file it stands, so that errors can say so.
package struct JSONNode {
    package let url: URL
    /// Such as `training[3].image`; empty for the whole.
    package let path: String
    private let value: Any

    /// Reads the file; a byte order mark and a comma before a closing bracket are passed over.
    ///
    /// - Throws: `JSONError` with line and column for a file that is no JSON; `FileError`.
    package init(file url: URL) throws {
        let data = try FileSystem.read(url)
        do {
            value = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        } catch {
            throw JSONError.noJSON(url, [UInt8](data), error as NSError)
        }
        self.url = url
        path = ""
    }

    private init(_ url: URL, _ path: String, _ value: Any) {
        self.url = url
        self.path = path
        self.value = value
    }

    /// The value of a key; nil where there is none, or it is null.
    ///
    /// - Throws: `JSONError` unless this is an object.
    package func value(_ key: String) throws -> JSONNode? {
        guard let object = value as? [String: Any] else { throw mismatch("an object") }
        return object[key].flatMap { $0 is NSNull ? nil : JSONNode(url, path.isEmpty ? key : "\(path).\(key)", $0) }
    }

    /// The first of several keys that is there.
    package func value(_ keys: [String]) throws -> JSONNode? {
        for key in keys { if let found = try value(key) { return found } }
        return nil
    }

    /// The value of a key that has to be there.
    ///
    /// - Throws: `JSONError` where there is none.
    package func member(_ key: String) throws -> JSONNode {
        guard let found = try value(key) else { throw JSONError(url, "\(place) has no '\(key)'") }
        return found
    }

    /// - Throws: `JSONError` unless this is an object.
    package func members() throws -> [(key: String, value: JSONNode)] {
        guard let object = value as? [String: Any] else { throw mismatch("an object") }
        return object.sorted { $0.key < $1.key }.map { ($0, JSONNode(url, path.isEmpty ? $0 : "\(path).\($0)", $1)) }
    }

    /// - Throws: `JSONError` unless this is a list.
    package func elements() throws -> [JSONNode] {
        guard let list = value as? [Any] else { throw mismatch("a list") }
        return list.enumerated().map { JSONNode(url, "\(path)[\($0)]", $1) }
    }

    package var isList: Bool { value is [Any] }
    package var isObject: Bool { value is [String: Any] }
    package var isText: Bool { value is String }
    package var isTrue: Bool { isBoolean && value as? Bool == true }

    private var isBoolean: Bool { (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false }

    /// - Throws: `JSONError` unless this is text.
    package func text() throws -> String {
        guard let text = value as? String else { throw mismatch("text") }
        return text
    }

    /// A name, for which a whole number may stand.
    ///
    /// - Throws: `JSONError` for anything else.
    package func name() throws -> String {
        if let text = value as? String { return text }
        guard let number = try? wholeNumber() else { throw mismatch("text") }
        return "\(number)"
    }

    /// - Throws: `JSONError` unless this is a number.
    package func number() throws -> Double {
        guard !isBoolean, let number = value as? NSNumber else { throw mismatch("a number") }
        return number.doubleValue
    }

    /// - Throws: `JSONError` unless this is a whole number.
    package func wholeNumber() throws -> Int {
        guard let number = try? number(), let whole = Int(exactly: number) else { throw mismatch("a whole number") }
        return whole
    }

    /// - Throws: `JSONError` unless this is a list of text.
    package func texts() throws -> [String] { try elements().map { try $0.text() } }

    /// - Throws: `JSONError` unless this is a list of numbers.
    package func numbers() throws -> [Double] { try elements().map { try $0.number() } }

    /// - Throws: `JSONError` unless this is a list of whole numbers.
    package func wholeNumbers() throws -> [Int] { try elements().map { try $0.wholeNumber() } }

    /// What is wrong with this value.
    package func mismatch(_ expected: String) -> JSONError {
        let found =
            switch value {
            case let text as String: "'\(text.prefix(60))\(text.count > 60 ? "…" : "")'"
            case _ where isBoolean: isTrue ? "true" : "false"
            case let number as NSNumber: "\(number)"
            case let list as [NSNumber] where 1...8 ~= list.count: "[\(list.map { "\($0)" }.joined(separator: ", "))]"
            case is [Any]: "a list"
            case is [String: Any]: "an object"
            default: "null"
            }
        return JSONError(url, "\(place) is \(found); expected \(expected)")
    }

    private var place: String { path.isEmpty ? "it" : path }
}
