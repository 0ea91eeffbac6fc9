import DataSets
import DurableFiles
import Foundation
import SegMetrics
import SegModels
import Torch

/// Compares configurations that were cross-validated on the same patients, each by itself and in pairs, with their decisions and
/// post-processing, by scores out of fold.
public struct ConfigurationSelection {
    /// The folds of one configuration.
    struct Configuration {
        let name: String
        let folds: [Checkpoint]
    }

    /// Configurations that predict together.
    private struct Team {
        let configurations: [Configuration]
        let calibration: DecisionCalibration

        var names: [String] { configurations.map(\.name) }
        var networks: Int { configurations.reduce(0) { $0 + $1.folds.count } }
    }

    /// What came of it.
    public struct Result {
        public let selection: Selection
        /// Of the chosen configurations: what `decision.json` beside the selection holds.
        public let decision: StoredDecision
        /// A line for each thing in which scans are unlike those of the training.
        public let notes: [String]
        /// Cases that could not be read and took no part.
        public var problems: [CaseProblem] { decision.problems }
    }

    private let teams: [Team]
    private let metric: String
    private let settings: InferenceSettings
    private let bootstrap: Bootstrap
    /// Cases of all teams.
    public var caseCount: Int { teams.reduce(0) { $0 + $1.calibration.caseCount } }

    /// - Parameters:
    ///   - folder: of the folders of cross-validations, such as `plan` and `plan-2d`, or of one.
    ///   - data: instead of the folder that the runs were configured with.
    ///   - metric: an IoU or a Dice of the data set, by its name in writing.
    ///   - settings: of all candidates.
    /// - Throws: `FileError` for a folder without folds, for folds that are not finished, for configurations whose folds hold other
    ///   patients, and for weights of other classes; `SettingError` for another metric; errors of the data.
    public init(
        in folder: URL, data: URL?, metric: String, settings: InferenceSettings, device: Device, execution: Execution? = nil,
        bootstrap: Bootstrap = Bootstrap()
    ) throws {
        let configurations = try Self.configurations(in: folder).map { name, place in
            Configuration(name: name, folds: try RunFolder.checkpoints(at: place).map { try Checkpoint(contentsOf: $0) })
        }
        let pairs = configurations.indices.flatMap { first in
            configurations.indices.dropFirst(first + 1).map { [configurations[first], configurations[$0]] }
        }
        teams = try (configurations.map { [$0] } + pairs).map { team in
            let subjects = try team[0].folds.map { fold in
                let cases = try fold.manifest.openDataSet(at: data).cases(of: .validation)
                let others = try team.dropFirst().map { try Self.fold(of: $0, thatHasNotSeen: cases, as: team[0]) }
                let model = try SegmentationModel(
                    ensemble: [fold] + others, settings: settings, device: device, execution: execution)
                return DecisionCalibration.Subject(model, cases: cases)
            }
            return Team(
                configurations: team,
                calibration: try DecisionCalibration(
                    subjects, reference: "patients out of fold", metric: metric, bootstrap: bootstrap))
        }
        self.metric = metric
        self.settings = settings
        self.bootstrap = bootstrap
    }

    /// The folders of cross-validations in a folder, in counted order, or the folder itself.
    static func configurations(in folder: URL) throws -> [(name: String, place: URL)] {
        func holdsFolds(_ place: URL) throws -> Bool {
            try FileSystem.list(place).contains { FileSystem.kind(of: RunFolder($0).best) == .file }
        }
        let inside = try FileSystem.list(folder).filter { FileSystem.kind(of: $0) == .folder }
        let found = try inside.filter(holdsFolds).map { ($0.lastPathComponent, $0) }
        if !found.isEmpty { return found }
        guard try holdsFolds(folder) else {
            throw FileError(
                folder, "holds no cross-validation to choose from",
                reason: "neither it nor a folder in it has runs such as fold-0; marginseg cross-validate makes them")
        }
        return [(".", folder)]
    }

    private static func fold(
        of other: Configuration, thatHasNotSeen cases: [DataCase], as first: Configuration
    ) throws -> Checkpoint {
        let names = Set(cases.map(\.id))
        let fold = other.folds.first { Set($0.manifest.splits?.validation ?? []).isSuperset(of: names) }
        guard let fold else {
            throw FileError(
                other.folds[0].source?.path ?? other.name, "cannot be averaged with the folds of \(first.name)",
                reason: "no fold of \(other.name) validates the cases of one of \(first.name)'s, such as '\(cases[0].id)'; "
                    + "cross-validate both on the same data with as many folds")
        }
        return fold
    }

    /// Scores every candidate and chooses.
    ///
    /// - Parameter onCase: called with the number of cases done, of the number of all, which grows by those that are scored again
    ///   for the post-processing of what offsets decide.
    /// - Throws: `ScoresNotFinite`; where no case can be scored, what is wrong with the first.
    public func run(onCase: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws -> Result {
        var candidates: [Selection.Candidate] = []
        var decisions: [[String]: StoredDecision] = [:]
        var notes: Set<String> = []
        var evaluations: [Evaluation] = []
        var (done, total) = (0, caseCount)
        for team in teams {
            var (decision, counts, remarks) = try team.calibration.run { onCase(done + $0, total) }
            done += team.calibration.caseCount
            if decision.offsets != nil, decision.postProcessing != nil {
                total += team.calibration.caseCount
                try team.calibration.learnPostProcessing(for: &decision) { onCase(done + $0, total) }
                done += team.calibration.caseCount
            }
            notes.formUnion(remarks)
            decisions[team.names] = decision
            evaluations.append(evaluation(of: counts, team))
            candidates += try self.candidates(of: team, decision, evaluations)
        }
        let selection = Selection(metric: metric, mirroring: settings.mirroring, candidates: candidates)
        guard let decision = decisions[selection.chosen.configurations] else {
            preconditionFailure("a candidate is of one of the teams")
        }
        return Result(selection: selection, decision: decision, notes: notes.sorted())
    }

    private func evaluation(of counts: ConfusionStore, _ team: Team) -> Evaluation {
        let classes = team.calibration.scored
        return Evaluation(
            program: "marginseg \(Version.current)", subject: team.names.joined(separator: " and "),
            reference: "patients out of fold", classes: classes,
            native: ResolutionScores(counts, classes: classes, bootstrap: bootstrap))
    }

    /// - Parameter evaluations: of the teams so far, this one's the last.
    private func candidates(
        of team: Team, _ decision: StoredDecision, _ evaluations: [Evaluation]
    ) throws -> [Selection.Candidate] {
        let difference =
            evaluations.count == 1
            ? nil
            : try Comparison(
                [evaluations[0], evaluations[evaluations.count - 1]].map { .init(name: $0.subject, evaluations: [$0]) },
                scores: [metric], bootstrap: bootstrap
            ).rows.first
        guard let plain = decision.trial(.argmax)?.value else { return [] }
        let decided: [(DecisionName, Double)] =
            [(.argmax, plain)]
            + (decision.offsets == nil ? [] : [(.calibrated, plain + (decision.trial(.calibrated)?.gain ?? 0))])
        return decided.flatMap { name, value in
            let learned = decision.postProcessing(after: name)
            let gain = learned?.scores.map { $0.after - $0.before } ?? 0
            let isChanged = !(learned?.steps.steps.isEmpty ?? true)
            return (isChanged ? [false, true] : [false]).map { isPostProcessed in
                let isPlain = name == .argmax && !isPostProcessed
                return Selection.Candidate(
                    configurations: team.names, decision: name, isPostProcessed: isPostProcessed,
                    value: value + (isPostProcessed ? gain : 0), difference: isPlain ? difference?.difference : nil,
                    interval: isPlain ? difference?.interval.map { [$0.low, $0.high] } : nil, networks: team.networks)
            }
        }
    }
}
