import DurableFiles
import Foundation
import Yams

/// A part of a YAML file that holds more than one run's configuration: keys and values that know where they were written.
public struct ConfigurationSection {
    let layer: ConfigurationLayer

    /// A whole file.
    ///
    /// - Throws: `FileError`; `ConfigurationError` for a file that is no mapping in YAML.
    public init(file: URL) throws { layer = try ConfigurationLayer(file: file) }

    /// The folder that relative paths in a file start at: its own, or the working folder for a stream such as /dev/stdin.
    public static func folder(of file: URL) -> URL { ConfigurationLayer.folder(of: file) }

    private init(_ node: Node, of layer: ConfigurationLayer) {
        self.layer = ConfigurationLayer(origin: layer.origin, isFile: layer.isFile, node: node)
    }

    /// A section without keys, in the same file.
    public static func empty(like other: ConfigurationSection) -> ConfigurationSection {
        ConfigurationSection(.mapping(.init([])), of: other.layer)
    }

    /// The section under a key; nil where there is none.
    ///
    /// - Throws: `ConfigurationError` for a value that is no mapping.
    public func section(_ key: String) throws -> ConfigurationSection? {
        guard let node = layer.node(at: [key]) else { return nil }
        return try mapping(node, at: [key])
    }

    /// The list of sections under a key; none where there is none.
    ///
    /// - Throws: `ConfigurationError` for a value that is no list of mappings.
    public func sections(_ key: String) throws -> [ConfigurationSection] {
        guard let node = layer.node(at: [key]) else { return [] }
        guard case .sequence(let list) = node else {
            throw ConfigurationError([key], "expected a list", at: layer.place(of: node))
        }
        return try list.enumerated().map { try mapping($1, at: [key, String($0)]) }
    }

    private func mapping(_ node: Node, at key: [String]) throws -> ConfigurationSection {
        guard case .mapping = node else {
            throw ConfigurationError(key, "expected keys and values", at: layer.place(of: node))
        }
        return ConfigurationSection(node, of: layer)
    }

    /// The value under a key; nil where there is none.
    ///
    /// - Throws: `ConfigurationError` for a value of another type.
    public func decode<Value: Decodable>(_ type: Value.Type, at key: String) throws -> Value? {
        try layer.node(at: [key]).map { try decode(type, from: $0, at: [key]) }
    }

    /// The value under a key.
    ///
    /// - Throws: `ConfigurationError` where there is none, or one of another type.
    public func require<Value: Decodable>(_ type: Value.Type, at key: String) throws -> Value {
        guard let value = try decode(type, at: key) else {
            throw ConfigurationError([key], "this key is needed", at: layer.place(of: layer.node))
        }
        return value
    }

    /// The section as a value; keys that the type does not know are left.
    ///
    /// - Throws: `ConfigurationError` for a value of another type.
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decode(type, from: layer.node, at: []) }

    private func decode<Value: Decodable>(_ type: Value.Type, from node: Node, at key: [String]) throws -> Value {
        do {
            return try YAMLDecoder().decode(type, from: node, noting: ReadKeys())
        } catch let error as DecodingError {
            let (path, problem) = error.complaint
            throw ConfigurationError(key + path, problem, at: layer.place(of: layer.node(at: key + path) ?? node))
        }
    }

    /// - Throws: `ConfigurationError` for a key that is not among the known ones.
    public func refuse(keysBesides known: [String]) throws {
        guard case .mapping(let mapping) = layer.node else { return }
        for name in mapping.keys where !known.contains(name.string ?? "") {
            throw ConfigurationError.unknownKey(name.string ?? "?", in: [], known: known.sorted(), at: layer.place(of: name))
        }
    }
}
