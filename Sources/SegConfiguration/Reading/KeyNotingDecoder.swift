import Yams

extension YAMLDecoder {
    /// Decodes a value and notes in `keys` which keys its types ask for, up to an error if there is one.
    ///
    /// - Throws: `DecodingError`; for an enumeration of words its description begins with `expected` and lists them.
    func decode<Value: Decodable>(_ type: Value.Type, from node: Node, noting keys: ReadKeys) throws -> Value {
        try decode(Noted<Value>.self, from: node, userInfo: [.readKeys: keys]).value
    }
}

/// Hands out what another decoder holds, and notes each key that is asked for.
struct KeyNotingDecoder: Decoder {
    fileprivate let base: any Decoder
    fileprivate let keys: ReadKeys

    var codingPath: [any CodingKey] { base.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { base.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(KeyedContainer(base: try base.container(keyedBy: type), keys: keys))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        UnkeyedContainer(base: try base.unkeyedContainer(), keys: keys)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleValueContainer(decoder: self, base: try base.singleValueContainer())
    }

    fileprivate func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // Numbers and words are Yams' own matter.
        if type is any ScalarConstructible.Type { return try base.singleValueContainer().decode(type) }
        do {
            return try type.init(from: self)
        } catch DecodingError.dataCorrupted(let context) {
            // The standard library's enumerations name Swift's types.
            guard let words = Self.words(of: type) else { throw DecodingError.dataCorrupted(context) }
            let listed = "expected one of \(words.joined(separator: ", "))"
            throw DecodingError.dataCorrupted(.init(codingPath: context.codingPath, debugDescription: listed))
        }
    }

    /// What an enumeration can be; nil for other types.
    private static func words(of type: Any.Type) -> [String]? {
        func all<Choice: CaseIterable>(_: Choice.Type) -> [String]? {
            let words = Choice.allCases.compactMap { ($0 as? any RawRepresentable<String>)?.rawValue }
            return words.isEmpty ? nil : words
        }
        return (type as? any CaseIterable.Type).flatMap { all($0) }
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let base: KeyedDecodingContainer<Key>
    let keys: ReadKeys

    var codingPath: [any CodingKey] { base.codingPath }
    var allKeys: [Key] { base.allKeys }

    /// `decodeIfPresent` asks this first.
    func contains(_ key: Key) -> Bool {
        keys.note(key.stringValue, isOptional: true)
        return base.contains(key)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try base.decodeNil(forKey: key) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try part(key).decode(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { try part(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try part(key).unkeyedContainer() }

    func superDecoder() throws -> any Decoder { try base.superDecoder() }

    func superDecoder(forKey key: Key) throws -> any Decoder { try part(key) }

    private func part(_ key: Key) throws -> KeyNotingDecoder {
        keys.note(key.stringValue, isOptional: false)
        return KeyNotingDecoder(base: try base.superDecoder(forKey: key), keys: keys.below(key.stringValue))
    }
}

private struct UnkeyedContainer: UnkeyedDecodingContainer {
    var base: any UnkeyedDecodingContainer
    let keys: ReadKeys

    var codingPath: [any CodingKey] { base.codingPath }
    var count: Int? { base.count }
    var isAtEnd: Bool { base.isAtEnd }
    var currentIndex: Int { base.currentIndex }

    mutating func decodeNil() throws -> Bool { try base.decodeNil() }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try part().decode(type) }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> { try part().container(keyedBy: type) }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try part().unkeyedContainer() }

    mutating func superDecoder() throws -> any Decoder { try part() }

    private mutating func part() throws -> KeyNotingDecoder {
        let part = keys.below(String(base.currentIndex))
        return KeyNotingDecoder(base: try base.superDecoder(), keys: part)
    }
}

private struct SingleValueContainer: SingleValueDecodingContainer {
    let decoder: KeyNotingDecoder
    let base: any SingleValueDecodingContainer

    var codingPath: [any CodingKey] { base.codingPath }

    func decodeNil() -> Bool { base.decodeNil() }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }
}

/// A value that decodes itself through a `KeyNotingDecoder`: Yams gives its own decoder only to the type that it decodes.
private struct Noted<Value: Decodable>: Decodable {
    let value: Value

    init(from decoder: any Decoder) throws {
        let keys = decoder.userInfo[.readKeys] as? ReadKeys ?? ReadKeys()
        value = try Value(from: KeyNotingDecoder(base: decoder, keys: keys))
    }
}

extension CodingUserInfoKey {
    fileprivate static let readKeys = CodingUserInfoKey(rawValue: "ReadKeys")!  // made from any text
}
