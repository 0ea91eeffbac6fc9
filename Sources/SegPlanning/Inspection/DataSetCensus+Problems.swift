import DataSets
import Foundation
import Sampling
import SegConfiguration
import SegTraining

extension DataSetCensus {
    /// What is wrong with the cases, one by one and together.
    static func problems(
        _ known: [DataSetProblem], _ dataSet: DataSet, _ found: [CaseCensus], recipe: Recipe, splits: [SplitCensus],
        training: TrainingFacts, isProposed: Bool, lossy: LossyLabels?, unknown: [Int]
    ) -> [DataSetProblem] {
        var problems = known + joined(found.flatMap(\.problems))
        if !unknown.isEmpty {
            let files = found.filter { !$0.values.keys.filter(unknown.contains).isEmpty }.map(\.path)
            problems.append(
                .init(
                    .error,
                    "label values without a class: "
                        + unknown.prefix(12).map(String.init).joined(separator: ", ") + (unknown.count > 12 ? ", …" : ""),
                    files: files))
        }
        if let lossy, isProposed || !unknown.isEmpty {
            let ranges = lossy.ranges.map { "[\($0.map(\.description).joined(separator: ", "))]" }.joined(separator: " and ")
            problems.append(.init(.note, "the \(lossy.remark); ranges gather them: values \(ranges)"))
        }
        if isProposed {
            problems.append(
                .init(
                    .warning,
                    "the classes are a proposal from the values found; state them with data.classes to train")
            )
        }
        problems += channelProblems(found) + voxelProblems(found, recipe) + training.problems
        if splits.first(where: { $0.split == .train }) == nil {
            problems.append(.init(.error, "no case trains"))
        }
        // Where nothing could be split, that is said already.
        if known.isEmpty, splits.first(where: { $0.split == .validation }) == nil {
            problems.append(
                .init(.error, "no case validates: no best checkpoint could be chosen; choose a split with data.split"))
        }
        let undecided = found.filter { $0.undecided > 0 }
        if !undecided.isEmpty {
            let pixels = undecided.reduce(0) { $0 + $1.undecided }
            problems.append(
                .init(
                    .note, "\(pixels) pixels where masks overlap are ignored (data.overlaps)",
                    files: undecided.map(\.path)))
        }
        problems += dataSet.notes.map { .init(.note, $0) }
        // Stable: equal severities stay in the order in which they were found.
        return DataSetProblem.Severity.allCases.flatMap { severity in
            problems.filter { $0.severity == severity }
        }
    }

    /// The first class counts as the background where nobody says otherwise; a word where it does not look like one.
    static func suspicious(_ likely: BackgroundProposal, among classes: [ClassConfiguration]) -> [DataSetProblem] {
        guard likely.index != 0 else { return [] }
        let other = likely.index.map { "'\(classes[$0].name)' is more likely: \(likely.reason)" } ?? likely.reason
        return [
            .init(
                .warning,
                "class '\(classes[0].name)' counts as the background, for it is the first, and is left out of means and curves; "
                    + "\(other); say data.background: \(likely.index.map { classes[$0].name } ?? DataConfiguration.noBackground), "
                    + "or confirm data.background: \(classes[0].name)")
        ]
    }

    /// One entry for all files with the same complaint.
    private static func joined(_ problems: [DataSetProblem]) -> [DataSetProblem] {
        var order: [DataSetProblem] = []
        var files: [DataSetProblem: [String]] = [:]
        for problem in problems {
            let key = DataSetProblem(problem.severity, problem.text)
            if files[key] == nil { order.append(key) }
            files[key, default: []] += problem.files
        }
        return order.map { DataSetProblem($0.severity, $0.text, files: files[$0] ?? []) }
    }

    /// Images whose voxels lie or are spaced otherwise than those of the others.
    private static func voxelProblems(_ found: [CaseCensus], _ recipe: Recipe) -> [DataSetProblem] {
        var problems: [DataSetProblem] = []
        let volumes = found.filter { ($0.extent?.depth ?? 1) > 1 }
        let orders = Dictionary(grouping: volumes.filter { $0.geometry?.source != .pixdim }) { $0.geometry?.orientation }
        let silent = volumes.filter { $0.geometry.map { $0.source == .pixdim } ?? true }
        let stated = orders.compactMap { order, cases in order.map { (order: $0, cases: cases) } }.sorted { $0.order < $1.order }
        if !stated.isEmpty, !silent.isEmpty {
            problems.append(
                .init(
                    .warning,
                    "volumes that do not say how they lie in the patient, among others that do: their axes are taken as they are "
                        + "stored", files: silent.map(\.path)))
        }
        if stated.count > 1 {
            let counts = stated.map { "\($0.order) in \($0.cases.count)" }.joined(separator: ", ")
            let isBrought = recipe.plane.isAnatomical
            problems.append(
                .init(
                    isBrought ? .note : .warning,
                    "volumes are stored in several orders of axes (\(counts)); "
                        + (isBrought
                            ? "planes are cut and turned alike from all of them"
                            : "planes are cut as they are stored, so that they show other sides of the patient; see input.plane"))
            )
        }
        let spacings = recipe.spacing == nil ? found.compactMap(\.planeSpacing) : []
        let axes = [("rows", spacings.map(\.rows)), ("columns", spacings.map(\.columns))]
        let planes = recipe.dimensions == 3 ? [("planes", spacings.compactMap(\.planes))] : []
        for (name, lengths) in axes + planes {
            guard let least = lengths.min(), let largest = lengths.max(), largest > least * VoxelSummary.tolerance else {
                continue
            }
            problems.append(
                .init(
                    .warning,
                    String(
                        format:
                            "images have %g to %g mm between \(name), and a network sees pixels, not millimetres; resample by "
                            + "input.spacing: [\(recipe.dimensions == 3 ? "planes, " : "")rows, columns]",
                        (least * 1000).rounded() / 1000, (largest * 1000).rounded() / 1000)))
            break
        }
        return problems
    }

    private static func channelProblems(_ found: [CaseCensus]) -> [DataSetProblem] {
        let counts = Dictionary(grouping: found.filter { $0.extent != nil }) {
            $0.extent?.channels ?? 0
        }
        guard counts.count > 1, let usual = counts.max(by: { $0.value.count < $1.value.count }) else {
            return []
        }
        return counts.filter { $0.key != usual.key }.sorted { $0.key < $1.key }.flatMap { count, cases in
            // Of these one channel is taken.
            let grey = cases.filter { usual.key == 1 && $0.isGreyInColour }
            let others = cases.filter { !(usual.key == 1 && $0.isGreyInColour) }
            return [
                DataSetProblem(
                    .error, "\(count) channels, where most images have \(usual.key)", files: others.map(\.path)),
                DataSetProblem(.note, "grey pictures stored as RGB are read as one channel", files: grey.map(\.path)),
            ].filter { !$0.files.isEmpty }
        }
    }
}
