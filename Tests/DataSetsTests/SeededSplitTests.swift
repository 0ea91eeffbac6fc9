import CaseTestSupport
import Testing

@testable import DataSets

struct SeededSplitTests {
    private let names = Set((1...20).map { "p\($0)" })

    @Test func dividesGroups() throws {
        let splits = try SeededSplit(seed: 1, validation: 0.15, test: 0.25).assign(names, origin: "x")
        #expect(Split.allCases.map { split in splits.values.count { $0 == split } } == [12, 3, 5])
        #expect(try splits == SeededSplit(seed: 1, validation: 0.15, test: 0.25).assign(names, origin: "x"))
        #expect(try splits != SeededSplit(seed: 2, validation: 0.15, test: 0.25).assign(names, origin: "x"))
    }

    @Test func aShareIsAtLeastOneGroup() throws {
        let splits = try SeededSplit(seed: 1, validation: 0.01, test: 0).assign(["a", "b", "c"], origin: "x")
        #expect(Split.allCases.map { split in splits.values.count { $0 == split } } == [2, 1, 0])
    }

    @Test(arguments: [
        (0.5, 0.5, 9, "split fractions: validation 0.5 and test 0.5; expected numbers from 0 with a sum below 1"),
        (-0.1, 0.5, 9, "split fractions: validation -0.1 and test 0.5; expected numbers from 0 with a sum below 1"),
        (.nan, 0.5, 9, "split fractions: validation nan and test 0.5; expected numbers from 0 with a sum below 1"),
        (0.1, 0.1, 2, "x: 2 groups cannot be split, expected at least 3; add cases or ask for fewer splits"),
        (0.2, 0.0, 1, "x: 1 group cannot be split, expected at least 2; add cases or ask for fewer splits"),
    ])
    func refuses(validation: Double, test: Double, groups: Int, expected: String) {
        let split = SeededSplit(seed: 0, validation: validation, test: test)
        #expect(message(of: { _ = try split.assign(Set((0..<groups).map(String.init)), origin: "x") }) == expected)
    }
}
