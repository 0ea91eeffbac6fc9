import SegConfiguration
import SegInference
import Yams

/// A single value in which two configurations differ.
public struct ConfigurationChange: Sendable, Equatable, CustomStringConvertible {
    /// The keys from the root, list indices as numbers.
    public let key: [String]
    /// As YAML; nil where the key is not there.
    public let from: String?
    public let to: String?

    /// `training.stages[0].epochs (50, now 80)`
    public var description: String {
        "\(ConfigurationError.path(key)) (\(from ?? "not there"), now \(to ?? "not there"))"
    }

    /// Every difference, in the order of the keys.
    package static func all(from old: RunConfiguration, to new: RunConfiguration) throws -> [ConfigurationChange] {
        var old = old
        // A run that was begun without a word on it is watched as the new one says.
        old.training.watch = old.training.watch ?? new.training.watch
        // Nor could it say these when it was begun.
        old.training.stepGraph = old.training.stepGraph ?? new.training.stepGraph
        old.training.deterministic = old.training.deterministic ?? new.training.deterministic
        let (before, after) = (try values(of: old), try values(of: new))
        let keys = before.map(\.key) + after.map(\.key).filter { key in !before.contains { $0.key == key } }
        func value(_ key: [String], in values: [(key: [String], value: String)]) -> String? {
            values.first { $0.key == key }?.value
        }
        return keys.map { ConfigurationChange(key: $0, from: value($0, in: before), to: value($0, in: after)) }
            .filter { $0.from != $0.to }
    }

    private static func values(of configuration: RunConfiguration) throws -> [(key: [String], value: String)] {
        var values: [(key: [String], value: String)] = []
        func walk(_ node: Node, _ key: [String]) {
            switch node {
            case .mapping(let mapping): for (name, value) in mapping { walk(value, key + [name.string ?? "?"]) }
            case .sequence(let list): for (index, value) in list.enumerated() { walk(value, key + [String(index)]) }
            case .scalar(let scalar): values.append((key, scalar.string))
            case .alias: break  // an encoder writes none
            }
        }
        if let tree = try Yams.compose(yaml: configuration.yaml) { walk(tree, []) }
        return values
    }

    /// Whether a run that stands at `position` can go on with the new value.
    ///
    /// What the stored state means stays: data, input, network, seed, batches and the choice of the best. Who computes the network
    /// changes no more than last bits and the masks of dropout. The length and the
    /// rates of the stage under way can change, and everything of a stage that has not begun.
    func isPossible(at position: TrainingPosition) -> Bool {
        if [["training", "save_minutes"], ["training", "step_graph"], ["network", "execution"]].contains(key)
            || key.starts(with: ["training", "watch"])
            || key.first == "inference"
        {
            return true
        }
        guard key.starts(with: ["training", "stages"]), key.count >= 4, let index = Int(key[2]) else { return false }
        return index >= position.stage || index == position.stage - 1 && Self.changeableUnderWay.contains(key[3])
    }

    private static let changeableUnderWay: Set = ["epochs", "patience", "learning_rate", "weight_decay", "schedule", "clip_norm"]
}
