import SegData
import SegLosses
import SegMetrics
import SegModels
import Yams

extension ConfigurationReader {
    /// What was decoded is encoded again; a written key that is not in the result was never read.
    func refuseUnknownKeys(_ configuration: RunConfiguration) throws {
        guard let tree = try Yams.compose(yaml: YAMLEncoder().encode(configuration)) else { return }
        for layer in layers.dropFirst() { try refuse(layer.node, notIn: tree, key: [], layer: layer) }
    }

    private func refuse(_ node: Node, notIn known: Node, key: [String], layer: ConfigurationLayer) throws {
        switch (node, known) {
        case (.mapping(let written), .mapping(let understood)) where !ConfigurationLayer.isReplaced(written, by: understood):
            let names = Set(Self.optionalNames(at: key) + understood.keys.compactMap(\.string)).sorted()
            for (name, value) in written {
                let text = name.string ?? "?"
                if let counterpart = understood.first(where: { $0.key.string == text })?.value {
                    try refuse(value, notIn: counterpart, key: key + [text], layer: layer)
                } else if !names.contains(text) {
                    let guess = text.nearestName(among: names).map { "; did you mean '\($0)'?" } ?? ""
                    throw ConfigurationError(
                        key, "unknown key '\(text)'\(guess) (known: \(names.joined(separator: ", ")))",
                        at: layer.place(of: name))
                }
            }
        case (.mapping(let written), .sequence(let understood)):
            for (name, value) in written {
                // Merging has refused other elements.
                guard let index = name.string.flatMap({ Int($0) }), understood.indices.contains(index) else { continue }
                try refuse(value, notIn: understood[index], key: key + [String(index)], layer: layer)
            }
        case (.sequence(let written), .sequence(let understood)):
            for (index, (value, counterpart)) in zip(written, understood).enumerated() {
                try refuse(value, notIn: counterpart, key: key + [String(index)], layer: layer)
            }
        default: return
        }
    }

    /// Keys that leave no trace when they are not given.
    private static func optionalNames(at key: [String]) -> [String] {
        switch key {
        case []: ["preset"]
        case ["data"]: ["folder", "layout", "task", "overlaps", "fold", "background", "regions"]
        case ["input"]: ["crop"]
        case ["training"]: ["watch"]
        case _ where key.count == 3 && key.starts(with: ["training", "stages"]): ["from"]
        default: []
        }
    }

    /// The error of decoding in a person's words, with its place.
    func located(_ error: DecodingError) -> ConfigurationError {
        func names(_ path: [any CodingKey]) -> [String] { path.map { $0.intValue.map(String.init) ?? $0.stringValue } }
        func failure(at path: [any CodingKey], _ expected: String) -> ConfigurationError {
            let key = names(path)
            return ConfigurationError(key, expected + found(key), at: place(of: key))
        }
        switch error {
        case .keyNotFound(let missing, let context):
            let key = names(context.codingPath)
            return ConfigurationError(key + [missing.stringValue], "this key is needed", at: place(of: key))
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            return failure(at: context.codingPath, "expected \(Self.words(for: type))")
        case .dataCorrupted(let context):
            // Our own types say what they expect; the standard library's enumerations name Swift's types.
            let isOurs = context.debugDescription.hasPrefix("expected")
            return failure(
                at: context.codingPath,
                isOurs ? context.debugDescription : Self.alternatives(for: context.codingPath.last?.stringValue))
        @unknown default:
            return ConfigurationError([], "\(error)")
        }
    }

    /// The words a key takes.
    private static func alternatives(for key: String?) -> String {
        func listed<Choice: CaseIterable & RawRepresentable<String>>(_: Choice.Type) -> String {
            "expected one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"
        }
        return switch key {
        case "architecture": listed(NetworkConfiguration.Architecture.self)
        case "normalization": listed(NetworkConfiguration.Normalization.self)
        case "execution": listed(Execution.self)
        case "layout": listed(LayoutName.self)
        case "label_grid": listed(PlaneRecipe.LabelGrid.self)
        case "axis": listed(PlaneAxis.self)
        case "by": listed(PlaneFit.Interpolation.self)
        case "planes": listed(PlaneStore.Selection.self)
        case "select_by": listed(MetricName.self)
        case "precision": listed(TrainingConfiguration.Precision.self)
        case "memory_format": listed(TrainingConfiguration.MemoryFormat.self)
        case "optimizer": listed(StageConfiguration.OptimizerName.self)
        case "schedule": listed(StageConfiguration.ScheduleName.self)
        default: "expected another value"
        }
    }

    private static func words(for type: Any.Type) -> String {
        switch type {
        case is Int.Type: "a whole number"
        case is UInt64.Type: "a whole number from 0"
        case is Double.Type: "a number"
        case is String.Type: "text"
        case is Node.Mapping.Type: "keys and values"
        case is Node.Sequence.Type: "a list"
        default: "a single value"
        }
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
