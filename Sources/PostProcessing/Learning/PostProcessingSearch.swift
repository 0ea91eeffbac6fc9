import MedicalImages
import SegMetrics

/// Finds the steps that raise a score on validation cases.
///
/// Cases are given one at a time and held as runs, so memory grows with the borders of their labels. Steps are tried in a fixed
/// order, each on what those kept before it left: holes (of the foreground, else of each class), the largest component (of the
/// foreground, then of each class), small objects (of each class, the best of some sizes). Regions are taken as classes are. A
/// step is kept where the score rises by more than the tolerance. Scores come from exact counts; the order is a choice: another
/// one, or all subsets, may find better. On the cases that decided, the score after is too good to be expected elsewhere.
public struct PostProcessingSearch {
    /// A tenth of a point: smaller gains change with the cases that validation happens to hold.
    public static let defaultTolerance = 0.001
    /// The sizes tried for small objects: up to these shares of the false positives fall below one.
    private static let shares = [0.2, 0.4, 0.6, 0.8, 1]

    private let classes: ScoredClasses
    private let score: Score
    private let rule: EmptyRule
    private let tolerance: Double
    private let within: ConnectedWithin
    private var cases: [ValidationCase] = []

    /// - Parameters:
    ///   - score: that of the data set's one matrix, averaged over the foreground.
    ///   - within: where holes are closed; planes for a network of planes.
    /// - Throws: `PostProcessingError.noBackground`.
    /// - Precondition: IoU or Dice; a tolerance of 0 or more.
    public init(
        _ classes: ScoredClasses, score: Score = .iou, rule: EmptyRule = .one, tolerance: Double = Self.defaultTolerance,
        holesWithin within: ConnectedWithin
    ) throws {
        precondition([.iou, .dice].contains(score) && tolerance >= 0, "the IoU or the Dice, and a tolerance of 0 or more")
        guard classes.hasBackground else { throw PostProcessingError.noBackground }
        self.classes = classes
        self.score = score
        self.rule = rule
        self.tolerance = tolerance
        self.within = within
    }

    /// Adds a case.
    ///
    /// - Parameters:
    ///   - truth: classes and `ignored`, `[depth, height, width]` of `extent`.
    ///   - prediction: classes.
    ///   - voxelVolume: in mm³; nil for an image without spacing. Sizes are in voxels where any case has none.
    /// - Throws: `LabelOutsideClasses`.
    public mutating func add(
        group: String, case id: String, truth: [UInt8], prediction: [UInt8], ignoring ignored: UInt8, extent: Extent,
        voxelVolume: Double?
    ) throws {
        var matrix = ConfusionMatrix(classCount: classes.names.count)
        try matrix.add(truth: truth, prediction: prediction, ignoring: ignored)
        cases.append(
            ValidationCase(
                group: group, id: id, truth: LabelRuns(truth, extent: extent),
                prediction: LabelRuns(prediction, extent: extent), matrix: matrix, voxelVolume: voxelVolume, ignored: ignored))
    }

    /// - Parameter onTrial: called with each trial when its step is decided.
    /// - Throws: `PostProcessingError.nothingToScore`.
    public consuming func run(
        onTrial: (LearnedPostProcessing.Trial) -> Void = { _ in }
    ) throws -> LearnedPostProcessing {
        let (caseCount, groupCount) = (cases.count, Set(cases.map(\.group)).count)
        var trials: [LearnedPostProcessing.Trial] = []
        func isKept(_ step: PostProcessingStep) -> Bool { trials.contains { $0.step == step && $0.isKept } }

        try tryOne(of: [.fillHoles(of: .foreground, within: within)], &trials, onTrial)
        // A class's holes are holes of the foreground too.
        for row in rows where !isKept(.fillHoles(of: .foreground, within: within)) {
            try tryOne(of: [.fillHoles(of: row, within: within)], &trials, onTrial)
        }
        for row in [.foreground] + rows { try tryOne(of: [.keepLargest(of: row)], &trials, onTrial) }
        for row in rows.isEmpty ? [.foreground] : rows {
            try tryOne(of: sizes(of: row).map { .removeSmall(of: row, below: $0) }, &trials, onTrial)
        }
        return LearnedPostProcessing(
            steps: PostProcessing(trials.filter(\.isKept).map(\.step)), score: score, tolerance: tolerance,
            caseCount: caseCount, groupCount: groupCount, trials: trials)
    }

    /// The classes and regions that are less than the whole foreground.
    private var rows: [StepClasses] {
        classes.rowsWithoutBackground.map { classes.rows[$0].classes }
            .filter { !$0.contains(0) && Set($0) != Set(classes.foregroundClasses) }.map(StepClasses.classes)
    }

    /// Tries steps of which one at most is kept, the best.
    private mutating func tryOne(
        of steps: [PostProcessingStep], _ trials: inout [LearnedPostProcessing.Trial],
        _ onTrial: (LearnedPostProcessing.Trial) -> Void
    ) throws {
        let before = try score(of: cases)
        var tried: [(step: PostProcessingStep, after: Double, improved: Int, worsened: Int)] = []
        var best: (place: Int, cases: [ValidationCase])?
        for (place, step) in steps.enumerated() {
            let changed = try cases.map { try $0.after(step) }
            let after = try score(of: changed)
            let differences = zip(cases, changed).map { (caseScore($1.matrix) ?? 0) - (caseScore($0.matrix) ?? 0) }
            tried.append((step, after, differences.count { $0 > 0 }, differences.count { $0 < 0 }))
            if after - before > tolerance, after > best.map({ tried[$0.place].after }) ?? before { best = (place, changed) }
        }
        if let best { cases = best.cases }
        for (place, one) in tried.enumerated() {
            trials.append(
                .init(
                    step: one.step, before: before, after: one.after, improved: one.improved, worsened: one.worsened,
                    isKept: place == best?.place))
            onTrial(trials[trials.count - 1])
        }
    }

    /// The data set's score.
    private func score(of cases: [ValidationCase]) throws -> Double {
        let all = cases.reduce(into: ConfusionMatrix(classCount: classes.names.count)) { $0 += $1.matrix }
        guard let score = caseScore(all) else { throw PostProcessingError.nothingToScore }
        return score
    }

    /// The score of one matrix; nil where nothing counts.
    private func caseScore(_ matrix: ConfusionMatrix) -> Double? {
        ScoreSet(averaging: [matrix], of: classes, rule: rule).value(score, .foreground)
    }

    /// The sizes that some shares of the false positives of a class fall below, each half way to the next larger component. None
    /// is so large that it would remove the largest component.
    private func sizes(of row: StepClasses) -> [ObjectSize] {
        let unit: ObjectSize.Unit = cases.allSatisfy { $0.voxelVolume != nil } ? .cubicMillimetres : .voxels
        let components = cases.flatMap { $0.components(of: row, unit) }
        let all = components.map(\.size).sorted()
        let wrong = components.filter(\.isFalse).map(\.size).sorted()
        guard !wrong.isEmpty else { return [] }
        let limits = Self.shares.map { wrong[Int((Double(wrong.count) * $0).rounded(.up)) - 1] }
        var sizes: [ObjectSize] = []
        for limit in limits {
            guard let next = all.first(where: { $0 > limit }) else { continue }
            let size = ObjectSize((limit + next) / 2, unit)
            if sizes.last != size { sizes.append(size) }
        }
        return sizes
    }
}
