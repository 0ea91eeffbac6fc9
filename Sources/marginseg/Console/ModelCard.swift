import DataSets
import DurableFiles
import Foundation
import SegInference
import SegMetrics
import SegReports

/// What a model is, for those who may use it: its task, training, scores and the way it predicts. Counts of cases, no names.
struct ModelCard {
    /// The scores of one evaluation.
    private struct Scores {
        let title: String
        let table: TextTable
    }

    private let name: String
    private let sections: [(title: String, rows: [(label: String, value: String)])]
    private let scores: [Scores]

    /// - Throws: `FileError` for models that cannot be read.
    init(_ models: NamedModels) throws {
        let checkpoints = try models.checkpoints()
        let manifest = checkpoints[0].manifest
        let configuration = manifest.configuration
        name = models.place.deletingPathExtension().lastPathComponent
        let parameters = try checkpoints[0].makeNetwork().parameters.reduce(0) { $0 + $1.count }
        let facts = RunFacts(manifest, parameterCount: parameters, data: Self.cases(checkpoints.map(\.manifest)))
        let bytes = try models.files.reduce(0) { sum, file in
            try sum + (file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
        }
        let classes = configuration.data.classes.map { "\($0.name) (\($0.valuesInWords))" }.joined(separator: ", ")
        var task: [(label: String, value: String)] = [
            ("classes", classes), ("background", configuration.data.hasBackground ? configuration.data.classNames[0] : "none"),
        ]
        if let spacing = configuration.input.spacing {
            let lengths = [spacing.planes, spacing.rows, spacing.columns].compactMap(\.self).map { String(format: "%g", $0) }
            task.append(("resampled to", lengths.joined(separator: " × ") + " mm"))
        }
        let offsets = manifest.marginOffsets.flatMap { [("rho_0k", listed($0.rho0k)), ("rho_k0", listed($0.rhoK0))] }
        let size = String(
            format: "%.1f MB in %d file%@", Double(bytes) / 1e6, models.files.count, models.files.count == 1 ? "" : "s")
        let (scores, unread) = Self.scores(models)
        self.scores = scores
        sections =
            [
                ("Task", task), ("Training", facts.rows + offsets + (manifest.dataNotes ?? []).map { ("note", $0) }),
                ("Prediction", Self.prediction(models, manifest) + [("size", size)]),
            ] + (unread.isEmpty ? [] : [("Not shown", unread.map { ("scores", $0) })])
    }

    private static func cases(_ manifests: [Checkpoint.Manifest]) -> String {
        let counts = manifests.map { manifest in
            manifest.splits.map { splits in
                Split.allCases.map { "\($0.rawValue) \(splits[$0].count)" }.joined(separator: ", ")
            } ?? "not known"
        }
        return "cases: " + (Set(counts).count == 1 ? counts[0] : counts.joined(separator: "; "))
    }

    private static func prediction(_ models: NamedModels, _ manifest: Checkpoint.Manifest) -> [(
        label: String, value: String
    )] {
        let settings = models.selection?.settings ?? InferenceSettings()
        var rows = [("scores", settings.words(manifest.configuration, models: models.files.count) ?? "of whole inputs")]
        let file = DecisionFile.url(of: models.place)
        if let selection = models.selection {
            rows.append(("selected", "\(selection.words), by \(selection.metric) out of fold"))
        }
        guard FileSystem.kind(of: file) == .file else { return rows + [("decision", "the largest score")] }
        let decision: StoredDecision
        do { decision = try DecisionFile.read(file) } catch { return rows + [("decision", reason(error, file))] }
        rows.append(
            ("decision", decision.offsets.map { "offsets \(listed($0)), which raise \(decision.metric)" } ?? "the largest score"))
        for processed in decision.postProcessing ?? [] {
            guard let words = processed.learned.steps.words(manifest.configuration.data.scoredClasses) else { continue }
            rows.append(("post-processing", "\(words), after the decision \(processed.decision.rawValue)"))
        }
        return rows
    }

    /// Those of a run by its splits, and of a cross-validation's patients out of fold; and why others are not shown: files that are
    /// damaged or of other weights.
    private static func scores(_ models: NamedModels) -> (found: [Scores], unread: [String]) {
        guard FileSystem.kind(of: models.place) == .folder else { return ([], []) }
        let run = RunFolder(models.place)
        var files: [(String, URL)] = Split.allCases.reversed().map { ("the \($0.rawValue) split", run.evaluation(of: $0)) }
        files.append(("patients out of fold", models.place.appending(path: "cross-validation.json")))
        var found: [Scores] = []
        var unread: [String] = []
        for (title, file) in files where FileSystem.kind(of: file) == .file {
            do {
                let evaluation = try EvaluationFile.read(file)
                let (cases, groups) = (evaluation.native.caseCount, evaluation.native.groupCount)
                let counted =
                    (cases == 1 ? "1 case" : "\(cases) cases") + (groups == cases ? "" : " of \(groups) patients or videos")
                let way = evaluation.inference.map { "; \($0)" } ?? ""
                found.append(
                    Scores(title: "Scores on \(title): \(counted)\(way)", table: EvaluationReport(evaluation).table))
            } catch {
                unread.append(reason(error, file))
            }
        }
        return (found, unread)
    }

    /// Without the folders that lead to a file, which are nobody's business in a publication.
    private static func reason(_ error: any Error, _ file: URL) -> String {
        "\(error)".replacing(file.path, with: file.lastPathComponent)
    }

    var text: String {
        let width = 2 + (sections.flatMap(\.rows).map(\.label.count).max() ?? 0)
        let parts =
            sections.map { "\($0.title)\n" + labelled($0.rows, width: width) } + scores.map { "\($0.title)\n\n\($0.table.plain)" }
        return ([name + "\n"] + parts + (scores.isEmpty ? ["Scores: none stored; marginseg evaluate makes some\n"] : []))
            .joined(separator: "\n")
    }

    var markdown: String {
        func escaped(_ text: String) -> String {
            var result = text
            for character in ["\\", "|", "*", "_", "<", "`"] { result = result.replacing(character, with: "\\" + character) }
            return result
        }
        let parts = sections.map { section in
            "## \(section.title)\n\n" + section.rows.map { "- **\(escaped($0.label))**: \(escaped($0.value))\n" }.joined()
        }
        let tables = scores.map { "## \(escaped($0.title))\n\n\($0.table.markdown)" }
        return (["# \(escaped(name))\n"] + parts + tables).joined(separator: "\n")
    }
}
