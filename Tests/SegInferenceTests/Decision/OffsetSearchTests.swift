import SegMetrics
import Testing

@testable import SegInference

@Suite struct OffsetSearchTests {
    static let metrics = ["miou_foreground", "miou_all", "dice_foreground", "dice_all", "iou:a", "dice:background"]

    private func search(
        _ random: RandomPixels, _ metric: String, _ classes: ScoredClasses, bound: Float = 6
    ) throws -> (name: ScoreName, offsets: [Double]) {
        let name = try #require(ScoreName(metric, rowNames: classes.rowNames))
        let objective = try #require(DecisionObjective(name, of: classes))
        let pixels = random.pixels(largestOffset: bound)
        return (name, OffsetSearch(pixels: pixels, objective: objective).offsets(for: pixels.groups))
    }

    @Test(arguments: metrics, [UInt64(1), 2, 3, 4])
    func ofTwoClassesTheOffsetIsTheBest(_ metric: String, _ seed: UInt64) throws {
        let classes = ScoredClasses(["background", "a"])
        for bound in [6, 1.25] {
            let random = RandomPixels(classCount: 2, seed: seed)
            let (name, offsets) = try search(random, metric, classes, bound: Float(bound))
            let found = try random.value(name, classes, offsets)
            let all = try ([0] + random.candidates(1, [0, 0], within: bound)).map { try random.value(name, classes, [0, $0]) }
            #expect(offsets[0] == 0 && abs(offsets[1]) <= bound)
            #expect(abs(found - (all.max() ?? 0)) < 1e-12, "\(offsets): \(found), best \(all.max() ?? 0)")
        }
    }

    @Test(arguments: metrics, [UInt64(5), 6, 7])
    func ofSeveralClassesNoOffsetGainsAnyMore(_ metric: String, _ seed: UInt64) throws {
        let classes = ScoredClasses(
            ["background", "a", "b", "c"],
            regions: seed == 7 ? [.init(name: "whole", classes: [1, 2]), .init(name: "c", classes: [3])] : [])
        let random = RandomPixels(classCount: 4, seed: seed)
        let (name, offsets) = try search(random, metric, classes)
        let found = try random.value(name, classes, offsets)
        #expect(try found >= random.value(name, classes, [0, 0, 0, 0]))
        for k in 1..<4 {
            for candidate in random.candidates(k, offsets, within: 6) {
                var others = offsets
                others[k] = candidate
                #expect(try random.value(name, classes, others) <= found + 1e-12, "\(k): \(candidate)")
            }
        }
    }

    /// Classes without a pixel, and pixels that are all alike.
    @Test func whatCannotGainStaysAsItIs() throws {
        let classes = ScoredClasses(["background", "a", "b"])
        let equal = RandomPixels.Group(id: "g", scores: Array(repeating: 1, count: 30), labels: Array(repeating: 0, count: 10))
        var random = RandomPixels(classCount: 3, groups: 0, seed: 1)
        #expect(try search(random, "miou_foreground", classes).offsets == [0, 0, 0], "no pixel")
        random.groups = [equal]
        #expect(try search(random, "miou_foreground", classes).offsets == [0, 0, 0], "all are right, and nothing is foreground")
    }

    /// Scores of the truth that are short by a constant.
    @Test func findsAShiftOfTheScores() throws {
        let classes = ScoredClasses(["background", "a", "b"])
        var random = RandomPixels(classCount: 3, groups: 0, seed: 1)
        let labels = (0..<60).map { UInt8($0 % 3) }
        let scores = (0..<3).flatMap { k in labels.map { Float(Int($0) == k ? 1 : 0) - [0, 2, 3][k] } }
        random.groups = [.init(id: "g", scores: scores, labels: labels)]
        let (name, offsets) = try search(random, "miou_foreground", classes)
        #expect(try random.value(name, classes, [0, 0, 0]) == 0)
        #expect(try random.value(name, classes, offsets) == 1, "\(offsets)")
    }
}
