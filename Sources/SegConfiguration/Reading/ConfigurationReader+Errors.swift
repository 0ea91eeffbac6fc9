import SegLosses
import Yams

extension ConfigurationError {
    /// An unknown key, with the known one that looks most like it.
    ///
    /// - Parameter key: of the mapping that it stands in.
    static func unknownKey(_ name: String, in key: [String], known: [String], at place: String) -> ConfigurationError {
        let guess = name.nearestName(among: known).map { "; did you mean '\($0)'?" } ?? ""
        return ConfigurationError(key, "unknown key '\(name)'\(guess) (known: \(known.joined(separator: ", ")))", at: place)
    }
}

extension ConfigurationReader {
    /// - Throws: `ConfigurationError` for a written key that no type asked for.
    func refuseUnknownKeys(besides keys: ReadKeys) throws {
        let result = try merged()
        for layer in layers.dropFirst() { try refuse(layer.node, besides: keys, in: result, key: [], layer: layer) }
    }

    /// - Parameter result: what all layers together have at this key.
    private func refuse(
        _ node: Node, besides keys: ReadKeys, in result: Node, key: [String], layer: ConfigurationLayer
    ) throws {
        func refuse(_ value: Node, at part: String, in result: Node?) throws {
            guard let keys = keys[part], let result else { return }
            try self.refuse(value, besides: keys, in: result, key: key + [part], layer: layer)
        }
        switch (node, result) {
        // An alternative that an upper layer replaced was not read.
        case (.mapping(let written), .mapping(let read)) where !ConfigurationLayer.isReplaced(written, by: read):
            for (name, value) in written {
                let text = name.string ?? "?"
                guard keys.names.contains(text) else { throw unknownKey(name, among: keys, at: key, layer) }
                try refuse(value, at: text, in: read[text])
            }
        case (.mapping(let written), .sequence(let read)):
            for (name, value) in written {
                // Merging has refused other elements.
                guard let text = name.string, let index = Int(text), read.indices.contains(index) else { continue }
                try refuse(value, at: text, in: read[index])
            }
        case (.sequence(let written), .sequence(let read)):
            for (index, (value, result)) in zip(written, read).enumerated() { try refuse(value, at: String(index), in: result) }
        default: return
        }
    }

    private func unknownKey(
        _ name: Node, among keys: ReadKeys, at key: [String], _ layer: ConfigurationLayer
    ) -> ConfigurationError {
        // A file's preset is taken off before the rest is read.
        let known = (keys.names + (key.isEmpty ? ["preset"] : [])).sorted()
        return .unknownKey(name.string ?? "?", in: key, known: known, at: layer.place(of: name))
    }

    /// The error of decoding in a person's words, with its place.
    func located(_ error: DecodingError) -> ConfigurationError {
        let (key, problem) = error.complaint
        guard case .keyNotFound(let missing, _) = error else {
            return ConfigurationError(key, problem + found(key), at: place(of: key))
        }
        let parent = Array(key.dropLast())
        let written = layers.reversed().lazy.compactMap { $0.node(at: parent)?.mapping }.first?.keys.compactMap(\.string) ?? []
        let guess = missing.stringValue.nearestName(among: written).map { "; is '\($0)' meant for it?" } ?? ""
        return ConfigurationError(key, problem + guess, at: place(of: parent))
    }

    private func found(_ key: [String]) -> String {
        switch layers.reversed().lazy.compactMap({ $0.node(at: key) }).first {
        case .scalar(let scalar)?: scalar.string.isEmpty ? ", found nothing" : ", found '\(scalar.string)'"
        case .sequence?: ", found a list"
        case .mapping?: ", found keys and values"
        default: ""
        }
    }

    /// Where the value of a key, or of the nearest key above it, was written; nil where the preset alone gives it.
    func place(of key: [String]) -> String? {
        for length in stride(from: key.count, to: 0, by: -1) {
            for layer in layers.dropFirst().reversed() {
                if let node = layer.node(at: Array(key.prefix(length))) { return layer.place(of: node) }
            }
        }
        return nil
    }
}
