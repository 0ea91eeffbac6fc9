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
