import Foundation

/// The elements of a DICOM file, or of an item of a sequence in it.
struct DICOMElements {
    enum Content {
        case value(Range<Int>)
        case items([DICOMElements])
    }

    private let bytes: [UInt8]
    private let isBigEndian: Bool
    private var contents: [UInt32: Content] = [:]

    init(bytes: [UInt8], isBigEndian: Bool) { (self.bytes, self.isBigEndian) = (bytes, isBigEndian) }

    mutating func set(_ tag: UInt32, _ content: Content) { contents[tag] = content }

    /// The items of a sequence.
    func items(_ tag: DICOMTag) -> [DICOMElements] {
        guard case .items(let items) = contents[tag.code] else { return [] }
        return items
    }

    /// The bytes of an element as they are stored; nil where it is absent or empty.
    func value(_ tag: UInt32) -> ArraySlice<UInt8>? {
        guard case .value(let range) = contents[tag], !range.isEmpty else { return nil }
        return bytes[range]
    }

    /// The values of a text element, without the blanks around them; a value that is not ASCII is left out.
    func texts(_ tag: DICOMTag) -> [String] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0 }
        return (value(tag.code) ?? []).split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false).map { value in
            guard value.allSatisfy({ $0 < 0x80 }) else { return "" }
            let start = value.drop(while: isBlank)
            let end = start.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start.startIndex
            return String(decoding: start[..<end], as: UTF8.self)
        }
    }

    /// The first value of a text element; nil where it is absent or empty.
    func text(_ tag: DICOMTag) -> String? { texts(tag).first.flatMap { $0.isEmpty ? nil : $0 } }

    /// The values of an element of numbers; one that is not a finite number ends them.
    func numbers(_ tag: DICOMTag) -> [Double] {
        func words(_ size: Int, _ number: (UInt64) -> Double) -> [Double] {
            let value = value(tag.code) ?? []
            return stride(from: value.startIndex, through: value.endIndex - size, by: size).map { start in
                let word = value[start..<start + size]
                return number((isBigEndian ? Array(word) : word.reversed()).reduce(0) { $0 << 8 | UInt64($1) })
            }
        }
        let found: [Double] =
            switch tag.representation {
            case .decimalString, .integerString: texts(tag).map(Self.decimal)
            case .unsignedShort: words(2) { Double($0) }
            case .unsignedLong: words(4) { Double($0) }
            case .double: words(8) { Double(bitPattern: $0) }
            default: preconditionFailure("\(tag.representation) is no number")
            }
        return Array(found.prefix(while: \.isFinite))
    }

    /// A decimal string: digits, signs, a point and an exponent, and nothing else that is a number elsewhere.
    private static func decimal(_ text: String) -> Double {
        text.allSatisfy { "0123456789+-.eE".contains($0) } ? Double(text.trimmingPrefix("+")) ?? .nan : .nan
    }

    /// The only number of an element; nil where it is absent or empty.
    ///
    /// - Throws: `MalformedElement` for anything else.
    func only(_ tag: DICOMTag, _ name: String) throws -> Double? {
        guard value(tag.code) != nil, text(tag) != nil || texts(tag).count > 1 else { return nil }
        let found = numbers(tag)
        guard found.count == 1, texts(tag).count == 1 else { throw MalformedElement(name: name) }
        return found[0]
    }

    /// The first number.
    func number(_ tag: DICOMTag) -> Double? { numbers(tag).first }

    /// The first number, as a whole one.
    func integer(_ tag: DICOMTag) -> Int? { number(tag).flatMap { Int(exactly: $0) } }

    /// As many numbers, or nil.
    func vector(_ tag: DICOMTag, _ count: Int) -> [Double]? {
        let found = numbers(tag)
        return found.count == count ? found : nil
    }

    /// Group and element that an element names.
    func tag(_ tag: DICOMTag) -> UInt32? {
        guard let value = value(tag.code), value.count >= 4 else { return nil }
        let bytes = Array(value)
        let words = isBigEndian ? [bytes[0], bytes[1], bytes[2], bytes[3]] : [bytes[1], bytes[0], bytes[3], bytes[2]]
        return words.reduce(0) { $0 << 8 | UInt32($1) }
    }

}

/// An element whose value is not one number.
struct MalformedElement: Error {
    let name: String
}
