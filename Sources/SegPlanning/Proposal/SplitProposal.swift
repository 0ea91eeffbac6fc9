import DataSets
import SegConfiguration

/// A split that `train` takes: with cases to train on, cases to validate on, and all classes in both where the cases allow it.
struct SplitProposal {
    let rule: Choice<SplitRule>
    let dataSet: DataSet

    /// From it on a share of the patients validates as well as a fold does, and a part can be kept for the test.
    private static let manyGroups = 30
    private static let seeds: ClosedRange<UInt64> = 1...12

    /// - Parameters:
    ///   - configured: kept where the user asked for it.
    ///   - survey: of all cases.
    ///   - ignored: label values that are of no class.
    /// - Throws: `DataSetError` for cases that the rule cannot split; `ProposalError.oneGroup`.
    init(_ listed: ListedDataSet, configured: SplitRule, survey: DataSurvey, ignored: Set<Int>) throws {
        if configured != .own {
            (rule, dataSet) = (Choice(configured, "as it was asked for"), try listed.dataSet(configured))
            return
        }
        if listed.hasOwnSplit, let own = try? listed.dataSet(.own), own.count(of: .train) > 0, own.count(of: .validation) > 0 {
            let doubt = Self.doubt(Self.missing(in: survey.placed(as: own), ignored))
            (rule, dataSet) = (Choice(.own, "the data set's own places; what they leave open is split at random\(doubt)"), own)
            return
        }
        let open = listed.listing.entries.filter { $0.place != .leftOut && $0.place != .split(.test) }
        let groups = Set(open.map(\.dataCase.group)).count
        guard groups > 1 else { throw ProposalError.oneGroup(cases: open.count) }
        let isLarge = groups >= Self.manyGroups && !listed.hasOwnSplit
        let rules =
            isLarge
            ? Self.seeds.map { SplitRule.random(SeededSplit(seed: $0)) }
            : Self.seeds.flatMap { seed in
                let count = min(5, groups)
                return (0..<count).map { SplitRule.folds(FoldSplit(count: count, fold: $0, seed: seed)) }
            }
        let tried = try rules.map { rule in
            let dataSet = try listed.dataSet(rule)
            return (rule: rule, dataSet: dataSet, missing: Self.missing(in: survey.placed(as: dataSet), ignored))
        }
        // The first of equals.
        guard let best = tried.min(by: { $0.missing.count < $1.missing.count }) else {
            preconditionFailure("seeds are not empty")
        }
        let words =
            isLarge
            ? "no split of its own was found: at random by patients or videos, 15 % validate, 25 % test"
            : (groups < Self.manyGroups
                ? "few patients or videos, \(groups)"
                : "the data set says what tests, and not which of \(groups) patients or videos validate")
                + ": one fold validates and the others train, so that all of them can validate in turn (fold: 0, 1, …)"
        rule = Choice(best.rule, words + Self.doubt(best.missing))
        dataSet = best.dataSet
    }

    /// Values that occur and that the training or the validation cases lack.
    private static func missing(in survey: DataSurvey, _ ignored: Set<Int>) -> [Int] {
        // An artefact of JPEG is no class that could be missing.
        let lossy = survey.lossyLabels
        func values(_ found: [DataSurvey.LabelValue]) -> Set<Int> {
            Set(found.map { lossy?.center(of: $0.value) ?? $0.value }).subtracting(ignored)
        }
        let learned = values(survey.labelValues(of: .train)).intersection(values(survey.labelValues(of: .validation)))
        return values(survey.labelValues()).subtracting(learned).sorted()
    }

    private static func doubt(_ missing: [Int]) -> String {
        missing.isEmpty
            ? "" : "; label values \(missing.map(String.init).joined(separator: ", ")) are missing in training or in validation"
    }
}
