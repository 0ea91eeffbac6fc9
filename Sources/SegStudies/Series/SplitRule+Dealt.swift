import DataSets

extension SplitRule {
    /// The rule whose cases are dealt to folds where this one stands in a configuration; nil: the data set's own.
    var dealt: SplitRule? {
        switch self {
        case .own: nil
        case .paper, .table: self
        case .random(let seeded): .random(SeededSplit(seed: seeded.seed, validation: seeded.validation, test: 0))
        case .folds(let folds): folds.of
        }
    }
}
