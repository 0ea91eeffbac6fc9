import Foundation

/// A JSON file that is none, or whose values are not what they should be: the file, the place in it, and what is wrong.
package struct JSONError: Error, CustomStringConvertible, Equatable {
    package let path: String
    package let problem: String

    init(_ url: URL, _ problem: String) {
        path = url.path
        self.problem = problem
    }

    package var description: String { "\(path): \(problem)" }
}

extension JSONError {
    /// Why a text is no JSON, with line and column.
    static func noJSON(_ url: URL, _ bytes: [UInt8], _ error: NSError) -> JSONError {
        if let odd = firstOddByte(bytes) {
            let place = place(of: odd, in: bytes)
            return JSONError(url, "line \(place.line), column \(place.column): the text is not UTF-8; save the file as UTF-8")
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
        return JSONError(
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
