import Foundation
import SegMetrics
import TestSupport
import Testing

@testable import SegConfiguration

/// `data.background` and `data.regions`.
@Suite struct BackgroundConfigurationTests {
    private static let classes =
        "data.classes=[{name: polyp, values: [0]}, {name: wall, values: [1]}, {name: fold, values: [2, 3]}]"

    private func data(_ overrides: [String]) throws -> DataConfiguration {
        try ConfigurationReader(file: nil, overrides: [Self.classes] + overrides).configuration().data
    }

    static let rows: [(overrides: [String], names: [String], hasBackground: Bool, foreground: [Int])] = [
        ([], ["polyp", "wall", "fold"], true, [1, 2]),
        (["data.background=polyp"], ["polyp", "wall", "fold"], true, [1, 2]),
        (["data.background=fold"], ["fold", "polyp", "wall"], true, [1, 2]),
        (["data.background=none"], ["polyp", "wall", "fold"], false, [0, 1, 2]),
        // A class of that name is meant.
        (["data.classes.1.name=none", "data.background=none"], ["none", "polyp", "fold"], true, [1, 2]),
    ]

    @Test(arguments: rows)
    func theBackgroundIsInFront(
        _ row: (overrides: [String], names: [String], hasBackground: Bool, foreground: [Int])
    ) throws {
        let data = try data(row.overrides)
        #expect(data.classNames == row.names)
        #expect(data.hasBackground == row.hasBackground)
        #expect(try data.labelMap.hasBackground == row.hasBackground)
        #expect(data.scoredClasses.foreground == row.foreground)
        // What a run folder keeps says the same again.
        let again = try JSONDecoder().decode(DataConfiguration.self, from: JSONEncoder().encode(data))
        #expect(again == data && again.scoredClasses == data.scoredClasses)
    }

    static let refusals: [(override: String, says: String)] = [
        (
            "data.background=ground",
            "data.background: no class is called 'ground'; expected one of polyp, wall, fold, or none"
        ),
        ("data.regions=[{name: all, values: []}]", "data.regions[0]: region 'all' has no values"),
        (
            "data.regions=[{name: all, values: [1, 9]}]",
            "data.regions[0]: region 'all' holds the label value 9, which stands for no class"
        ),
        (
            "data.regions=[{name: part, values: [2]}]",
            "data.regions[0]: region 'part' holds a part of class 'fold': 2 of 2, 3; a region is of whole classes"
        ),
        ("data.regions=[{name: all, values: [0, 1]}]", "data.regions[0]: region 'all' holds the background, 'polyp'"),
        (
            "data.regions=[{name: wall, values: [1, 2, 3]}]",
            "data.regions[0]: region 'wall' has the name of a class of other values; name the class for what it is"
        ),
        (
            "data.regions=[{name: a, values: [1]}, {name: a, values: [2, 3]}]", "data.regions[1]: region 'a' stands twice"
        ),
    ]

    @Test(arguments: refusals)
    func refuses(_ row: (override: String, says: String)) {
        #expect(messageThrown { _ = try data([row.override]) } == "--set \(row.override): \(row.says)")
    }

    @Test func regionsAreUnionsOfClasses() throws {
        let data = try data(["data.regions=[{name: inside, values: [1, 2, 3]}, {name: wall, values: [1]}]"])
        let scored = data.scoredClasses
        #expect(scored.rowNames == ["polyp", "wall", "fold", "inside"])
        #expect(scored.rows[3].classes == [1, 2])
        #expect(scored.foreground == [3, 1] && scored.all == [0, 3, 1])
        // A class that is a region by another name is scored under both.
        let renamed = try self.data(["data.regions=[{name: the wall, values: [1]}]"]).scoredClasses
        #expect(renamed.rowNames == ["polyp", "wall", "fold", "the wall"] && renamed.foreground == [3])
    }

    @Test func withoutABackgroundNoneCanBeExcluded() {
        #expect(
            messageThrown {
                _ = try data(["data.background=none", "training.stages.0.objective=margin(background=exclude)"])
            }?.contains("there is no background to exclude (data.background: none); name classes with exclude") == true)
    }
}
