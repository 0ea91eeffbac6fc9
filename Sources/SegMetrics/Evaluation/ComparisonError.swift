/// Why evaluations cannot be compared.
public enum ComparisonError: Error, Equatable, Sendable {
    case cases(first: String, second: String, onlyFirst: [String], onlySecond: [String])
    case classes(first: String, second: String, firstNames: [String], secondNames: [String])
    /// The same classes, with and without a background, or with other regions in the means.
    case background(first: String, second: String, firstIs: String, secondIs: String)
    case emptyRule(first: String, second: String, firstRule: EmptyRule, secondRule: EmptyRule)
    case truth(first: String, second: String, caseIDs: [String])
    case unknownScore(String, rowNames: [String])

    /// - Throws: unless both are scores of the same classes by the same rule.
    public static func requireSameTerms(_ first: Evaluation, _ second: Evaluation) throws {
        guard first.classes.rows == second.classes.rows else {
            throw classes(
                first: first.subject, second: second.subject, firstNames: first.classes.rowNames,
                secondNames: second.classes.rowNames)
        }
        guard first.classes == second.classes else {
            throw background(
                first: first.subject, second: second.subject, firstIs: first.classes.foregroundWord,
                secondIs: second.classes.foregroundWord)
        }
        let rules = (first.native.summary.emptyRule, second.native.summary.emptyRule)
        guard rules.0 == rules.1 else {
            throw emptyRule(first: first.subject, second: second.subject, firstRule: rules.0, secondRule: rules.1)
        }
    }

    /// - Throws: unless both were scored on the same cases, with the same truth, classes and rule.
    public static func requireSame(_ first: Evaluation, _ second: Evaluation) throws {
        try requireSameTerms(first, second)
        // Cases of one name in two groups are two cases.
        func cases(_ evaluation: Evaluation) -> [String: ConfusionMatrix] {
            let units = evaluation.native.store.cases.map { ($0.group == $0.id ? $0.id : "\($0.group)/\($0.id)", $0.matrix) }
            return Dictionary(units) { first, _ in first }
        }
        let (firstCases, secondCases) = (cases(first), cases(second))
        let onlyFirst = firstCases.keys.filter { secondCases[$0] == nil }.sorted()
        let onlySecond = secondCases.keys.filter { firstCases[$0] == nil }.sorted()
        guard onlyFirst.isEmpty, onlySecond.isEmpty else {
            throw Self.cases(
                first: first.subject, second: second.subject, onlyFirst: onlyFirst, onlySecond: onlySecond)
        }
        func truthCounts(_ matrix: ConfusionMatrix?) -> [Int] { matrix?.rows.map { $0.reduce(0, +) } ?? [] }
        let others = firstCases.keys.filter { truthCounts(firstCases[$0]) != truthCounts(secondCases[$0]) }.sorted()
        guard others.isEmpty else { throw truth(first: first.subject, second: second.subject, caseIDs: others) }
    }
}

extension ComparisonError: CustomStringConvertible {
    public var description: String {
        func listed(_ names: [String]) -> String {
            names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        switch self {
        case .cases(let first, let second, let onlyFirst, let onlySecond):
            let parts = [(first, onlyFirst), (second, onlySecond)].filter { !$0.1.isEmpty }.map {
                "\($0.1.count) case\($0.1.count == 1 ? "" : "s") only in \($0.0): \(listed($0.1))"
            }
            return "\(first) and \(second) were not scored on the same cases: \(parts.joined(separator: "; ")); "
                + "evaluate both on one set"
        case .classes(let first, let second, let firstNames, let secondNames):
            return "\(first) has the classes \(firstNames.joined(separator: ", ")), \(second) has "
                + "\(secondNames.joined(separator: ", ")); compare models of the same classes"
        case .background(let first, let second, let firstIs, let secondIs):
            return "the means of \(first) go over its \(firstIs), those of \(second) over its \(secondIs); "
                + "evaluate both with one data.background and the same data.regions"
        case .emptyRule(let first, let second, let firstRule, let secondRule):
            return "\(first) counts empty classes by the rule '\(firstRule.rawValue)', \(second) by '\(secondRule.rawValue)'; "
                + "evaluate both by one rule"
        case .truth(let first, let second, let caseIDs):
            return "\(first) and \(second) were scored against different masks of \(caseIDs.count) case"
                + "\(caseIDs.count == 1 ? "" : "s"): \(listed(caseIDs)); evaluate both on one set"
        case .unknownScore(let text, let rowNames):
            let example = rowNames.count > 1 ? rowNames[1] : rowNames[0]
            return "'\(text)' is no score; expected for example miou_foreground, dice_all, iou:\(example), "
                + "per_case_dice:\(example), pixel_accuracy"
        }
    }
}
