import DataSets
import Foundation
import PostProcessing
import Sampling
import SegMetrics

/// Scores several ways to predict on the same cases, with one pass of the networks for each way to make scores.
///
/// Every case is read once; each model scores it once, and each decision that is stored for the model makes classes of the same
/// scores.
public struct WaysEvaluation {
    /// A way to predict, with what came of it.
    public struct Way: Sendable {
        /// How scores were made; nil for one network on whole inputs.
        public let scoring: String?
        public let decision: DecisionName
        /// Whether the stored steps change the label maps.
        public let isPostProcessed: Bool
        public fileprivate(set) var store: ConfusionStore
        /// Seconds for all cases, from what was read to classes at native size.
        public fileprivate(set) var seconds = 0.0
    }

    private struct Source {
        let model: SegmentationModel
        let decisions: [(name: DecisionName, decision: Decision, steps: PostProcessing?)]
    }

    private let sources: [Source]
    private let cases: [DataCase]

    /// - Parameters:
    ///   - models: of the same weights, that make scores in different ways.
    ///   - file: where a decision for them may lie.
    /// - Throws: `FileError` for a decision that cannot be read, or is of other weights.
    /// - Precondition: one model at least.
    public init(_ models: [SegmentationModel], decisionsIn file: URL, cases: [DataCase]) throws {
        let stored = FileManager.default.fileExists(atPath: file.path) ? try models[0].storedDecision(in: file) : nil
        sources = models.map { model in
            Source(
                model: model,
                decisions: DecisionName.allCases.compactMap { name in
                    let decision = name == .argmax ? .argmax : stored?.decision(name)
                    return decision.map { (name, $0, stored?.postProcessing(after: name)?.steps) }
                })
        }
        self.cases = cases
    }

    /// A case that cannot be read, does not fit the model or has no labels takes no part and is told.
    ///
    /// - Parameter onCase: called with the number of cases done.
    /// - Returns: the plain way first; the decisions of a way to make scores stand together.
    /// - Throws: `ScoresNotFinite`; where no case can be scored, what is wrong with the first.
    public func run(onCase: (Int) -> Void = { _ in }) throws -> (ways: [Way], problems: [CaseProblem]) {
        let first = sources[0].model
        let empty = ConfusionStore(classCount: first.inferer.classCount)
        var ways = sources.map { source in
            source.decisions.flatMap { decision in
                (decision.steps.map { !$0.steps.isEmpty } ?? false ? [false, true] : [false]).map {
                    Way(scoring: source.model.scoring, decision: decision.name, isPostProcessed: $0, store: empty)
                }
            }
        }
        var problems: [CaseProblem] = []
        var firstError: (any Error)?
        for (index, dataCase) in cases.enumerated() {
            defer { onCase(index + 1) }
            let prepared: PreparedCase
            do {
                (prepared, _) = try first.readLabelled(dataCase)
            } catch {
                firstError = firstError ?? error
                problems.append(CaseProblem(caseID: dataCase.id, error))
                continue
            }
            for (place, source) in sources.enumerated() { try score(prepared, by: source, into: &ways[place]) }
        }
        if problems.count == cases.count, let firstError { throw firstError }
        return (ways.flatMap(\.self), problems)
    }

    private func score(_ prepared: PreparedCase, by source: Source, into ways: inout [Way]) throws {
        let clock = ContinuousClock()
        let none = [UInt8](repeating: 0, count: prepared.extent.voxelCount)
        var maps = source.decisions.map { _ in none }
        var deciding = maps.map { _ in Duration.zero }
        let whole = try clock.measure {
            try source.model.forEachPart(of: prepared) { part in
                for (place, (_, decision, _)) in source.decisions.enumerated() {
                    deciding[place] += try clock.measure { part.put(try part.nativeClasses(by: decision), into: &maps[place]) }
                }
            }
        }
        let scoring = whole - deciding.reduce(.zero, +)
        for index in ways.indices {
            guard let place = source.decisions.firstIndex(where: { $0.name == ways[index].decision }) else { continue }
            var map = maps[place]
            var changing = Duration.zero
            if ways[index].isPostProcessed, let steps = source.decisions[place].steps {
                changing = try clock.measure {
                    map = try steps.apply(
                        to: map, of: prepared.id, extent: prepared.extent, voxelVolume: prepared.grid.geometry?.voxelVolume)
                }
            }
            var matrix = ConfusionMatrix(classCount: ways[index].store.classCount)
            try matrix.add(truth: prepared.labels ?? [], prediction: map, ignoring: LabelMap.ignored)
            ways[index].store.append(group: prepared.group, case: prepared.id, image: prepared.id, matrix: matrix)
            ways[index].seconds += (scoring + deciding[place] + changing) / .seconds(1)
        }
    }
}

extension WaysEvaluation.Way {
    /// Its scores at native resolution, for comparisons.
    public func evaluation(
        subject: String, reference: String, classes: ScoredClasses, rule: EmptyRule, bootstrap: Bootstrap
    ) -> Evaluation {
        Evaluation(
            program: "marginseg \(Version.current)", subject: subject, reference: reference, classes: classes,
            native: ResolutionScores(store, classes: classes, rule: rule, bootstrap: bootstrap), inference: scoring)
    }
}
