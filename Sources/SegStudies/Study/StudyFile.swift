import DataSets
import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import Yams

/// Reads a study that somebody wrote.
///
///     title: Objectives on small data
///     seeds: [1, 2, 3]
///     pretraining: {objective: cross_entropy, epochs: 10, learning_rate: 1.0e-3}
///     finetuning: {epochs: 10, learning_rate: 5.0e-4}
///     tasks:
///       - name: nuclei
///         configuration: {preset: quick, data: {folder: nuclei}}      # as of `marginseg train`
///     objectives:
///       - {name: cross-entropy, objective: cross_entropy}
///       - {name: "τ = {tau}", objective: "margin(tau={tau})", for: [{tau: 1}, {tau: 10}], tasks: [nuclei]}
public struct StudyFile {
    private let file: URL
    private let root: ConfigurationSection
    private let dataFolder: URL?

    /// - Parameter data: where relative data folders start, instead of the file's own folder.
    /// - Throws: `FileError`; `ConfigurationError` for a file that is no mapping in YAML.
    public init(_ file: URL, data: URL? = nil) throws {
        self.file = file
        root = try ConfigurationSection(file: file)
        dataFolder = data
    }

    /// The study, checked.
    ///
    /// - Throws: `ConfigurationError` with the place of the first thing that is wrong; `StudyError`; `LayoutError` for a data
    ///   folder that is none.
    public func study() throws -> Study {
        try root.refuse(keysBesides: [
            "title", "notes", "seeds", "reference", "decisions", "pretraining", "finetuning", "tasks", "objectives",
        ])
        let finetuning = try root.section("finetuning").map { try $0.decode(Stage.self) }
        let arms = try root.sections("objectives").flatMap { try self.arms($0, finetuning: finetuning) }
        return try Study(
            title: root.decode(String.self, at: "title") ?? file.deletingPathExtension().lastPathComponent,
            notes: root.decode([String].self, at: "notes") ?? [], seeds: root.decode([UInt64].self, at: "seeds") ?? [1],
            pretraining: root.section("pretraining").map { section in
                try section.refuse(keysBesides: Stage.keys)
                return try section.decode(Stage.self).configuration(
                    name: StudyRun.pretraining, objective: section.decode(String.self, at: "objective") ?? "cross_entropy")
            },
            tasks: root.sections("tasks").map(task), arms: arms, reference: root.decode(String.self, at: "reference"),
            decisions: root.decode([DecisionName].self, at: "decisions") ?? [.argmax])
    }

    private func task(_ section: ConfigurationSection) throws -> StudyTask {
        try section.refuse(keysBesides: ["name", "summary", "epochs", "splits", "folds", "scored", "published", "configuration"])
        return StudyTask(
            name: try section.require(String.self, at: "name"), summary: try section.decode(String.self, at: "summary") ?? "",
            configuration: try ConfigurationReader(
                section: try section.section("configuration") ?? .empty(like: section),
                paths: dataFolder ?? ConfigurationSection.folder(of: file)
            ).configuration(),
            epochs: try section.decode(StudyTask.Epochs.self, at: "epochs") ?? .init(),
            splits: try section.decode([Split].self, at: "splits") ?? [.test],
            folds: try section.decode(Int.self, at: "folds"),
            scored: try section.decode(ScoredPlanes.self, at: "scored") ?? .all,
            published: try published(section.section("published")))
    }

    private func published(_ section: ConfigurationSection?) throws -> StudyTask.Published {
        guard let section else { return [:] }
        try section.refuse(keysBesides: Split.allCases.map(\.rawValue))
        return try Split.allCases.reduce(into: [:]) { numbers, split in
            numbers[split] = try section.decode([String: [String: Double]].self, at: split.rawValue)
        }
    }

    private func arms(_ section: ConfigurationSection, finetuning: Stage?) throws -> [StudyArm] {
        try section.refuse(keysBesides: Stage.keys + ["name", "from_scratch", "tasks", "for"])
        let name = try section.require(String.self, at: "name")
        let objective = try section.require(String.self, at: "objective")
        let stage = try section.decode(Stage.self)
        let isFromScratch = try section.decode(Bool.self, at: "from_scratch") ?? false
        let tasks = try section.decode([String].self, at: "tasks")
        return try (section.decode([[String: String]].self, at: "for") ?? [[:]]).map { values in
            func filled(_ text: String) -> String {
                values.reduce(text) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
            }
            return StudyArm(
                name: filled(name),
                stage: try stage.configuration(name: filled(name), objective: filled(objective), over: finetuning),
                continuesPretraining: !isFromScratch, tasks: tasks)
        }
    }

    /// A stage but for its name and objective, where every key may be left to a more general place.
    private struct Stage: Decodable {
        static let keys = [
            "objective", "epochs", "optimizer", "learning_rate", "weight_decay", "schedule", "clip_norm", "patience",
        ]

        var epochs: Int?
        var optimizer: StageConfiguration.OptimizerName?
        var learningRate: Double?
        var weightDecay: Double?
        var schedule: StageConfiguration.ScheduleName?
        var clipNorm: Double?
        var patience: Int?

        enum CodingKeys: String, CodingKey {
            case epochs, optimizer, schedule, patience
            case learningRate = "learning_rate"
            case weightDecay = "weight_decay"
            case clipNorm = "clip_norm"
        }

        /// - Parameter general: says what this leaves open.
        func configuration(name: String, objective: String, over general: Stage? = nil) throws -> StageConfiguration {
            guard let epochs = epochs ?? general?.epochs else {
                throw StudyError("'\(name)' has no epochs; give them there, or under finetuning for all objectives")
            }
            var stage = StageConfiguration(name: name, objective: objective, epochs: epochs)
            for layer in [general, self].compactMap(\.self) {
                stage.optimizer = layer.optimizer ?? stage.optimizer
                stage.learningRate = layer.learningRate ?? stage.learningRate
                stage.weightDecay = layer.weightDecay ?? stage.weightDecay
                stage.schedule = layer.schedule ?? stage.schedule
                stage.clipNorm = layer.clipNorm ?? stage.clipNorm
                stage.patience = layer.patience ?? stage.patience
            }
            return stage
        }
    }
}
