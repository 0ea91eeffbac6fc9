import DurableFiles
import Foundation
import SegData
import SegLosses
import SegMetrics
import SegModels
import Yams

/// Reads a run's configuration: a preset, completed by a YAML file, completed by single values of the command line.
///
/// Unknown keys are errors, and every error says where the value was written.
public struct ConfigurationReader {
    /// A layer of values and where it came from.
    private struct Layer {
        let node: Node
        /// The file's path, or the argument's text.
        let origin: String
        let isFile: Bool
    }

    private var layers: [Layer]

    /// - Parameters:
    ///   - preset: the name of one of `Preset.all`; nil takes the file's own `preset`, or `quick`.
    ///   - overrides: `key.path=value`, the last one wins.
    /// - Throws: `ConfigurationError`, `FileError`.
    public init(file: URL?, preset: String? = nil, overrides: [String] = []) throws {
        var layers: [Layer] = []
        var presetName = preset ?? "quick"
        if let file {
            let data = try FileSystem.read(file)
            guard let text = String(data: data, encoding: .utf8) else {
                throw ConfigurationError([], "the file is no UTF-8 text", at: file.path)
            }
            var node = try Self.compose(text, origin: file.path)
            if case .mapping(var mapping) = node, let named = mapping["preset"] {
                guard let name = named.string else {
                    throw ConfigurationError(["preset"], "expected a name", at: Self.place(named, file.path))
                }
                if preset == nil { presetName = name }
                guard Preset.named(name) != nil else {
                    throw ConfigurationError(["preset"], Self.unknownPreset(name), at: Self.place(named, file.path))
                }
                mapping["preset"] = nil
                node = .mapping(mapping)
            }
            layers.append(Layer(node: node, origin: file.path, isFile: true))
        }
        for text in overrides { layers.append(Layer(node: try Self.override(text), origin: "--set \(text)", isFile: false)) }
        guard let preset = Preset.named(presetName) else { throw ConfigurationError(["preset"], Self.unknownPreset(presetName)) }
        layers.insert(Layer(node: try Self.compose(preset.yaml, origin: presetName), origin: "preset \(presetName)", isFile: false), at: 0)
        self.layers = layers
    }

    /// The resolved configuration, checked.
    public func configuration() throws -> RunConfiguration {
        let merged = layers.dropFirst().reduce(layers[0].node) { Self.merge($0, $1.node) }
        let configuration: RunConfiguration
        do {
            configuration = try YAMLDecoder().decode(RunConfiguration.self, from: merged)
        } catch let error as DecodingError {
            throw located(error)
        }
        try refuseUnknownKeys(configuration)
        do {
            try configuration.validate()
            for (index, stage) in configuration.training.stages.enumerated() {
                try checkObjective(stage.objective, at: ["training", "stages", String(index), "objective"])
            }
        } catch let error as ConfigurationError {
            throw ConfigurationError(error.key, error.problem, at: place(of: error.key))
        }
        return configuration
    }

    private func checkObjective(_ text: String, at key: [String]) throws {
        do {
            try LossExpression(text).check()
        } catch let error as LossExpressionError {
            throw ConfigurationError(key, error.description)
        }
    }

    // MARK: Layers

    private static func compose(_ text: String, origin: String) throws -> Node {
        do {
            guard let node = try Yams.compose(yaml: text) else { return .mapping(.init([])) }
            guard case .mapping = node else {
                throw ConfigurationError([], "expected keys and values", at: place(node, origin))
            }
            return node
        } catch let error as YamlError {
            throw ConfigurationError([], problem(of: error), at: origin + (position(of: error).map { ":\($0.line):\($0.column)" } ?? ""))
        }
    }

    private static func problem(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): "no valid YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, _): "the key \(duplicates.sorted().joined(separator: ", ")) stands twice"
        default: "no valid YAML"
        }
    }

    private static func position(of error: YamlError) -> Mark? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark
        case .duplicatedKeysInMapping(_, let context): context.mark
        default: nil
        }
    }

    /// `a.b.2.c=value` as nested mappings; a whole list is given as `[…]`.
    private static func override(_ text: String) throws -> Node {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw ConfigurationError([], "expected key=value, such as training.batch_size=4", at: "--set \(text)")
        }
        let value: Node
        do {
            value = try Yams.compose(yaml: String(parts[1])) ?? Node("")
        } catch {
            throw ConfigurationError([], "the value is no valid YAML", at: "--set \(text)")
        }
        return parts[0].split(separator: ".").reversed().reduce(value) { inner, key in
            .mapping(.init([(Node(String(key)), inner)]))
        }
    }

    /// Mappings are merged key by key; a mapping with numbers for keys changes single elements of a list; all else is replaced.
    private static func merge(_ lower: Node, _ upper: Node) -> Node {
        guard case .mapping(let above) = upper else { return upper }
        switch lower {
        case .mapping(var below):
            // An alternative (`window: …`) is replaced by another, not joined with it.
            if isChoice(below), isChoice(above) { return upper }
            for (key, value) in above { below[key] = below[key].map { merge($0, value) } ?? value }
            return .mapping(below)
        case .sequence(var list):
            for (key, value) in above {
                guard let index = key.int, list.indices.contains(index) else { return upper }
                list[index] = merge(list[index], value)
            }
            return .sequence(list)
        default: return upper
        }
    }

    /// `{window: …}`, `{resize: …}`: one of the alternatives of an enumeration.
    private static func isChoice(_ mapping: Node.Mapping) -> Bool {
        mapping.keys.contains { ["window", "percentiles", "range", "resize", "pad"].contains($0.string) }
    }

    // MARK: Errors with places

    /// What was decoded is encoded again; a written key that is not in the result was never read.
    private func refuseUnknownKeys(_ configuration: RunConfiguration) throws {
        let known = try YAMLEncoder().encode(configuration)
        guard let tree = try Yams.compose(yaml: known) else { return }
        for layer in layers.dropFirst() { try refuse(layer.node, notIn: tree, key: [], layer: layer) }
    }

    private func refuse(_ node: Node, notIn known: Node, key: [String], layer: Layer) throws {
        switch (node, known) {
        case (.mapping(let written), .mapping(let understood)):
            for (name, value) in written {
                let text = name.string ?? "?"
                guard let counterpart = understood[name] else {
                    let names = Self.alwaysKnown(at: key) + understood.keys.compactMap(\.string)
                    if names.contains(text) { continue }
                    let guess = Self.nearest(text, in: names).map { "; did you mean '\($0)'?" } ?? ""
                    throw ConfigurationError(key, "unknown key '\(text)'\(guess) (known: \(names.sorted().joined(separator: ", ")))", at: Self.place(name, layer))
                }
                try refuse(value, notIn: counterpart, key: key + [text], layer: layer)
            }
        case (.mapping(let written), .sequence(let understood)):
            for (name, value) in written {
                guard let index = name.int, understood.indices.contains(index) else {
                    throw ConfigurationError(key, "there is no element \(name.string ?? "?"); there are \(understood.count), from 0", at: Self.place(name, layer))
                }
                try refuse(value, notIn: understood[index], key: key + [String(index)], layer: layer)
            }
        case (.sequence(let written), .sequence(let understood)):
            for (index, (value, counterpart)) in zip(written, understood).enumerated() {
                try refuse(value, notIn: counterpart, key: key + [String(index)], layer: layer)
            }
        default: return
        }
    }

    /// Optional keys leave no trace when they are not given.
    private static func alwaysKnown(at key: [String]) -> [String] { key == ["data"] ? ["folder"] : key.isEmpty ? ["preset"] : [] }

    private func located(_ error: DecodingError) -> ConfigurationError {
        func names(_ path: [any CodingKey]) -> [String] { path.map { $0.intValue.map(String.init) ?? $0.stringValue } }
        switch error {
        case .keyNotFound(let missing, let context):
            let key = names(context.codingPath) + [missing.stringValue]
            return ConfigurationError(key, "this key is needed", at: place(of: names(context.codingPath)))
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            let key = names(context.codingPath)
            return ConfigurationError(key, "expected \(Self.words(for: type))\(found(key))", at: place(of: key))
        case .dataCorrupted(let context):
            let key = names(context.codingPath)
            // Our own types say what they expect; the standard library's enumerations name Swift's types.
            let words = context.debugDescription.hasPrefix("expected") ? context.debugDescription : Self.alternatives(for: key)
            return ConfigurationError(key, "\(words)\(found(key))", at: place(of: key))
        @unknown default:
            return ConfigurationError([], "\(error)")
        }
    }

    /// The words a key takes.
    private static func alternatives(for key: [String]) -> String {
        func listed<Choice: CaseIterable & RawRepresentable<String>>(_: Choice.Type) -> String {
            "expected one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"
        }
        return switch key.last {
        case "architecture": listed(NetworkConfiguration.Architecture.self)
        case "normalization": listed(NetworkConfiguration.Normalization.self)
        case "axis": listed(PlaneAxis.self)
        case "by": listed(PlaneFit.Interpolation.self)
        case "planes": listed(PlaneStore.Selection.self)
        case "select_by": listed(MetricName.self)
        case "optimizer": listed(StageConfiguration.OptimizerName.self)
        case "schedule": listed(StageConfiguration.ScheduleName.self)
        default: "a value that cannot be used here"
        }
    }

    private static func words(for type: Any.Type) -> String {
        switch type {
        case is Int.Type, is UInt64.Type: "a whole number"
        case is Double.Type, is Float.Type: "a number"
        case is Bool.Type: "true or false"
        case is String.Type: "text"
        case is any Collection.Type: "a list"
        default: "another kind of value"
        }
    }

    private func found(_ key: [String]) -> String {
        for layer in layers.reversed() {
            if let node = Self.node(at: key, in: layer.node)?.value { return node.scalar.map { ", found '\($0.string)'" } ?? "" }
        }
        return ""
    }

    /// Where the value of a key, or the nearest key above it, was written.
    private func place(of key: [String]) -> String? {
        for layer in layers.dropFirst().reversed() {
            guard var match = Self.node(at: Array(key.prefix(1)), in: layer.node) else { continue }
            guard Self.node(at: key, in: layer.node) != nil || layers.dropFirst().allSatisfy({ Self.node(at: key, in: $0.node) == nil }) else { continue }
            for length in 1...max(key.count, 1) { match = Self.node(at: Array(key.prefix(length)), in: layer.node) ?? match }
            return Self.place(match.value, layer)
        }
        return nil
    }

    private static func node(at key: [String], in root: Node) -> (value: Node, depth: Int)? {
        var current = root
        for part in key {
            switch current {
            case .mapping(let mapping):
                guard let next = mapping[part] ?? mapping[Node(part)] else { return nil }
                current = next
            case .sequence(let list):
                guard let index = Int(part), list.indices.contains(index) else { return nil }
                current = list[index]
            default: return nil
            }
        }
        return (current, key.count)
    }

    private static func place(_ node: Node, _ layer: Layer) -> String { layer.isFile ? place(node, layer.origin) : layer.origin }

    private static func place(_ node: Node, _ origin: String) -> String {
        node.mark.map { "\(origin):\($0.line):\($0.column)" } ?? origin
    }

    private static func unknownPreset(_ name: String) -> String {
        "there is no preset '\(name)'; known: \(Preset.all.map(\.name).joined(separator: ", "))"
    }

    /// The known name that takes the fewest edits, if that is few.
    private static func nearest(_ name: String, in names: [String]) -> String? {
        names.map { ($0, editDistance(name, $0)) }.filter { $0.1 <= max(2, name.count / 3) }.min { $0.1 < $1.1 }?.0
    }

    /// Levenshtein's distance.
    private static func editDistance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        var row = Array(0...b.count)
        for i in 1..<max(a.count + 1, 1) where !a.isEmpty {
            var diagonal = row[0]
            row[0] = i
            for j in 1..<max(b.count + 1, 1) where !b.isEmpty {
                let substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)
                diagonal = row[j]
                row[j] = min(substitution, row[j] + 1, row[j - 1] + 1)
            }
        }
        return row[b.count]
    }
}
