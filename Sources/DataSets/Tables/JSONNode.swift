import DurableFiles
import Foundation

/// A value of a JSON file that people write, and where in the file it stands, so that errors can say so.
struct JSONNode {
    let url: URL
    /// Such as `training[3].image`; empty for the whole.
    let path: String
    private let value: Any

    /// Reads the file; a byte order mark and a comma before a closing bracket are passed over.
    ///
    /// - Throws: `LayoutError` with line and column for a file that is no JSON; `FileError`.
    init(file url: URL) throws {
        let data = try FileSystem.read(url)
        do {
            value = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        } catch {
            throw Self.noJSON(url, [UInt8](data), error as NSError)
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
    /// - Throws: `LayoutError` unless this is an object.
    func value(_ key: String) throws -> JSONNode? {
        guard let object = value as? [String: Any] else { throw mismatch("an object") }
        return object[key].flatMap { $0 is NSNull ? nil : JSONNode(url, path.isEmpty ? key : "\(path).\(key)", $0) }
    }

    /// The first of several keys that is there.
    func value(_ keys: [String]) throws -> JSONNode? {
        for key in keys { if let found = try value(key) { return found } }
        return nil
    }

    /// - Throws: `LayoutError` unless this is an object.
    func members() throws -> [(key: String, value: JSONNode)] {
        guard let object = value as? [String: Any] else { throw mismatch("an object") }
        return object.sorted { $0.key < $1.key }.map { ($0, JSONNode(url, path.isEmpty ? $0 : "\(path).\($0)", $1)) }
    }

    /// - Throws: `LayoutError` unless this is a list.
    func elements() throws -> [JSONNode] {
        guard let list = value as? [Any] else { throw mismatch("a list") }
        return list.enumerated().map { JSONNode(url, "\(path)[\($0)]", $1) }
    }

    var isList: Bool { value is [Any] }
    var isObject: Bool { value is [String: Any] }
    var isText: Bool { value is String }

    /// - Throws: `LayoutError` unless this is text.
    func text() throws -> String {
        guard let text = value as? String else { throw mismatch("text") }
        return text
    }

    /// A name, for which a whole number may stand.
    ///
    /// - Throws: `LayoutError` for anything else.
    func name() throws -> String {
        if let text = value as? String { return text }
        guard value is NSNumber, let number = try? wholeNumber() else { throw mismatch("text") }
        return "\(number)"
    }

    /// - Throws: `LayoutError` unless this is a whole number.
    func wholeNumber() throws -> Int {
        guard let number = value as? NSNumber, let whole = Int(exactly: number.doubleValue) else {
            throw mismatch("a whole number")
        }
        return whole
    }

    /// - Throws: `LayoutError` unless this is a list of text.
    func texts() throws -> [String] { try elements().map { try $0.text() } }

    func mismatch(_ expected: String) -> LayoutError {
        let kind =
            switch value {
            case is String: "text"
            case is NSNumber: "a number"
            case is [Any]: "a list"
            case is [String: Any]: "an object"
            default: "null"
            }
        return LayoutError(url, "\(path.isEmpty ? "it" : path) is \(kind); expected \(expected)")
    }

    // MARK: Places in the text

    private static func noJSON(_ url: URL, _ bytes: [UInt8], _ error: NSError) -> LayoutError {
        if let odd = firstOddByte(bytes) {
            let place = place(of: odd, in: bytes)
            return LayoutError(url, "line \(place.line), column \(place.column): the text is not UTF-8; save the file as UTF-8")
        }
        let words = error.userInfo[NSDebugDescriptionErrorKey] as? String ?? error.localizedDescription
        let offset = (error.userInfo["NSJSONSerializationErrorIndex"] as? NSNumber)?.intValue ?? offset(in: words) ?? bytes.count
        let place = place(of: min(offset, bytes.count), in: bytes)
        let problem =
            if bytes.isEmpty {
                "the file is empty"
            } else if offset >= bytes.count {
                "it ends too early"
            } else {
                words.components(separatedBy: " around ")[0].lowercased() + " here"
            }
        let open = openBracket(bytes[..<min(offset, bytes.count)]).map { bracket in
            "; the \(bracket.character) of line \(self.place(of: bracket.offset, in: bytes).line) has not been closed"
        }
        return LayoutError(
            url, "line \(place.line), column \(place.column): this is no JSON: \(problem)\(open ?? "")")
    }

    /// The first byte that no text in UTF-8 has there; nil where all is UTF-8.
    private static func firstOddByte(_ bytes: [UInt8]) -> Int? {
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &rest) {
            case .valid(let character): offset += character.count
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }

    /// `Invalid value around character 141.`
    private static func offset(in words: String) -> Int? {
        guard let range = words.range(of: "around character ") else { return nil }
        return Int(words[range.upperBound...].prefix { $0.isNumber })
    }

    /// Counted from 1.
    private static func place(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
        let before = bytes[..<offset]
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (before.count { $0 == UInt8(ascii: "\n") } + 1, offset - start + 1)
    }

    /// The innermost bracket without an end, outside of text.
    private static func openBracket(_ bytes: ArraySlice<UInt8>) -> (character: Character, offset: Int)? {
        var open: [(Character, Int)] = []
        var isText = false, isEscaped = false
        for (offset, byte) in zip(bytes.indices, bytes) {
            switch Character(UnicodeScalar(byte)) {
            case _ where isEscaped: isEscaped = false
            case "\\" where isText: isEscaped = true
            case "\"": isText.toggle()
            case let character where !isText && "{[".contains(character): open.append((character, offset))
            case let character where !isText && "}]".contains(character): _ = open.popLast()
            default: break
            }
        }
        return open.last.map { (character: $0.0, offset: $0.1) }
    }
}
