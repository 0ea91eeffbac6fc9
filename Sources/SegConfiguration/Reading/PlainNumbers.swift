import Yams

/// A value whose numbers are written as a person writes them, in as many digits as bring them back: 10, 0.001, 1e-05.
///
/// Yams writes 10 as `1e+1`, and no more than 15 digits.
struct PlainNumbers<Value: Encodable>: Encodable {
    let value: Value

    func encode(to encoder: any Encoder) throws {
        switch value {
        case let number as Double: try write(PlainNumber(number), to: encoder)
        case let number as Float: try write(PlainNumber(number), to: encoder)
        case let scalar as any YAMLEncodable: try write(scalar, to: encoder)
        default: try value.encode(to: PlainNumberEncoder(base: encoder))
        }
    }

    private func write(_ scalar: any YAMLEncodable, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(scalar)
    }
}

private struct PlainNumber: YAMLEncodable {
    private let text: String

    init(_ number: some BinaryFloatingPoint & LosslessStringConvertible) {
        let shortest = "\(number)"
        text =
            number.isNaN
            ? ".nan"
            : number.isInfinite
                ? (number > 0 ? ".inf" : "-.inf")
                : shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
    }

    func box() -> Node { Node(text) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Hands everything to another encoder, wrapped in `PlainNumbers`.
private struct PlainNumberEncoder: Encoder {
    let base: any Encoder

    var codingPath: [any CodingKey] { base.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { base.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedContainer(base: base.container(keyedBy: type)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { UnkeyedContainer(base: base.unkeyedContainer()) }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleValueContainer(base: base.singleValueContainer()) }

    private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
        var base: KeyedEncodingContainer<Key>

        var codingPath: [any CodingKey] { base.codingPath }

        mutating func encodeNil(forKey key: Key) throws { try base.encodeNil(forKey: key) }

        mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            try base.encode(PlainNumbers(value: value), forKey: key)
        }

        mutating func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type, forKey key: Key
        ) -> KeyedEncodingContainer<NestedKey> {
            KeyedEncodingContainer<NestedKey>(
                PlainNumberEncoder.KeyedContainer<NestedKey>(base: base.nestedContainer(keyedBy: type, forKey: key)))
        }

        mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            UnkeyedContainer(base: base.nestedUnkeyedContainer(forKey: key))
        }

        mutating func superEncoder() -> any Encoder { PlainNumberEncoder(base: base.superEncoder()) }

        mutating func superEncoder(forKey key: Key) -> any Encoder { PlainNumberEncoder(base: base.superEncoder(forKey: key)) }
    }

    private struct UnkeyedContainer: UnkeyedEncodingContainer {
        var base: any UnkeyedEncodingContainer

        var codingPath: [any CodingKey] { base.codingPath }
        var count: Int { base.count }

        mutating func encodeNil() throws { try base.encodeNil() }

        mutating func encode<Value: Encodable>(_ value: Value) throws { try base.encode(PlainNumbers(value: value)) }

        mutating func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type
        ) -> KeyedEncodingContainer<NestedKey> {
            KeyedEncodingContainer<NestedKey>(
                PlainNumberEncoder.KeyedContainer<NestedKey>(base: base.nestedContainer(keyedBy: type)))
        }

        mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            UnkeyedContainer(base: base.nestedUnkeyedContainer())
        }

        mutating func superEncoder() -> any Encoder { PlainNumberEncoder(base: base.superEncoder()) }
    }

    private struct SingleValueContainer: SingleValueEncodingContainer {
        var base: any SingleValueEncodingContainer

        var codingPath: [any CodingKey] { base.codingPath }

        mutating func encodeNil() throws { try base.encodeNil() }

        mutating func encode<Value: Encodable>(_ value: Value) throws { try base.encode(PlainNumbers(value: value)) }
    }
}

extension RunConfiguration {
    /// As a file: every value, keys in the order of the types. Reading it gives the same configuration.
    ///
    /// - Throws: `EncodingError`; a checked configuration can be written.
    package var yaml: String { get throws { try YAMLEncoder().encode(PlainNumbers(value: self)) } }
}
