import Randomness

/// A random split of groups, the same for the same seed and names.
public struct SeededSplit: Sendable, Hashable, Codable {
    public var seed: UInt64
    /// Share of the groups for validation, and at least one group where it is above 0.
    public var validation: Double
    /// Share of the groups for the test, and at least one group where it is above 0.
    public var test: Double

    public init(seed: UInt64, validation: Double = 0.15, test: Double = 0.25) {
        self.seed = seed
        self.validation = validation
        self.test = test
    }

    /// Shares that are not given are the usual ones.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(seed: container.decode(UInt64.self, forKey: .seed))
        validation = try container.decodeIfPresent(Double.self, forKey: .validation) ?? validation
        test = try container.decodeIfPresent(Double.self, forKey: .test) ?? test
    }

    /// The split of each group; the rest trains.
    ///
    /// - Throws: `DataSetError` for fractions that leave nothing to train with, or too few groups.
    func assign(_ groups: Set<String>, origin: String) throws -> [String: Split] {
        guard validation >= 0, test >= 0, validation + test < 1 else {
            throw DataSetError.fractions(validation: validation, test: test)
        }
        var names = groups.sorted()
        let held = heldOut(of: names.count)
        guard held.validation + held.test < names.count else {
            // Ends, because both shares together stay below 1.
            let needed = ((names.count + 1)...).first { heldOut(of: $0).validation + heldOut(of: $0).test < $0 }
            throw DataSetError.tooFewGroups(origin: origin, groups: names.count, needed: needed ?? names.count + 1)
        }
        var generator = SeededGenerator(seed: seed)
        generator.shuffle(&names)
        var splits: [String: Split] = [:]
        for (place, name) in names.enumerated() {
            splits[name] = place < held.test ? .test : place < held.test + held.validation ? .validation : .train
        }
        return splits
    }

    private func heldOut(of count: Int) -> (validation: Int, test: Int) {
        func size(_ share: Double) -> Int { share > 0 ? max(1, Int((share * Double(count)).rounded())) : 0 }
        return (size(validation), size(test))
    }
}

/// One turn of a k-fold cross-validation over groups, the same for the same seed and names.
public struct FoldSplit: Sendable, Hashable, Codable {
    /// k.
    public var count: Int
    /// The fold that validates, from 0.
    public var fold: Int
    /// Seed of the shuffle.
    public var seed: UInt64

    public init(count: Int, fold: Int, seed: UInt64) {
        self.count = count
        self.fold = fold
        self.seed = seed
    }

    /// The split of each group: groups are shuffled and dealt in turn, so fold sizes differ by one at most.
    ///
    /// - Throws: `DataSetError` for a fold that is not there, or fewer groups than folds.
    func assign(_ groups: Set<String>, origin: String) throws -> [String: Split] {
        guard count >= 2, (0..<count).contains(fold) else { throw DataSetError.folds(number: fold, count: count) }
        guard groups.count >= count else {
            throw DataSetError.tooFewGroups(origin: origin, groups: groups.count, needed: count)
        }
        var names = groups.sorted()
        var generator = SeededGenerator(seed: seed)
        generator.shuffle(&names)
        return Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0 % count == fold ? .validation : .train) })
    }
}
