import Randomness

/// One turn of a k-fold cross-validation over groups, the same for the same seed and names.
public struct FoldSplit: Sendable, Hashable, Codable {
    /// k.
    public var count: Int
    /// The fold that validates, from 0.
    public var fold: Int
    /// Seed of the shuffle.
    public var seed: UInt64
    /// The rule whose training and validation cases are dealt to the folds and whose test cases test; nil: all cases but the test
    /// cases of the data set's own places.
    public var of: SplitRule?
    /// The fold that tests; test cases are then dealt as the others are, so that in turn each case tests. Nil: none of them.
    public var test: Int?

    public init(count: Int, fold: Int, seed: UInt64, of: SplitRule? = nil, test: Int? = nil) {
        self.count = count
        self.fold = fold
        self.seed = seed
        self.of = of
        self.test = test
    }

    /// The split of each group: groups are shuffled and dealt in turn, so fold sizes differ by one at most.
    ///
    /// - Throws: `DataSetError` for a fold that is not there, or fewer groups than folds.
    func assign(_ groups: Set<String>, origin: String) throws -> [String: Split] {
        guard count >= 2, (0..<count).contains(fold) else { throw DataSetError.folds(number: fold, count: count) }
        if let test {
            guard count >= 3, (0..<count).contains(test), test != fold else {
                throw DataSetError.testFold(number: test, validation: fold, count: count)
            }
        }
        guard groups.count >= count else {
            throw DataSetError.tooFewGroups(origin: origin, groups: groups.count, needed: count)
        }
        var names = groups.sorted()
        var generator = SeededGenerator(seed: seed)
        generator.shuffle(&names)
        func split(_ number: Int) -> Split { number == fold ? .validation : number == test ? .test : .train }
        return Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, split($0 % count)) })
    }
}
