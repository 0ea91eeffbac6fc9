import Foundation
import MedicalImages
import SegMetrics
import TestSupport
import Testing

@testable import PostProcessing

struct PostProcessingSearchTests {
    private let two = ScoredClasses(["background", "liver"])
    private let three = ScoredClasses(["background", "liver", "tumour"])

    private struct Pair {
        let truth: LabelPicture
        let prediction: LabelPicture

        init(_ truth: String, _ prediction: String) {
            (self.truth, self.prediction) = (LabelPicture(drawn: truth), LabelPicture(drawn: prediction))
        }
    }

    private func search(
        _ pairs: [Pair], _ classes: ScoredClasses, score: Score = .iou, tolerance: Double = 0.001, voxelVolume: Double? = 2
    ) throws -> LearnedPostProcessing {
        var search = try PostProcessingSearch(classes, score: score, tolerance: tolerance, holesWithin: .volume)
        for (index, pair) in pairs.enumerated() {
            try search.add(
                group: "p\(index / 2)", case: "c\(index)", truth: pair.truth.labels, prediction: pair.prediction.labels,
                ignoring: 9, extent: pair.truth.extent, voxelVolume: voxelVolume)
        }
        return try search.run()
    }

    @Test func whatHelpsIsKeptWithItsNumbers() throws {
        let hole = Pair("11111\n11111\n11111\n.....", "11111\n1.1.1\n11111\n.....")
        let speck = Pair("1111.\n1111.\n.....\n.....", "1111.\n1111.\n.....\n...11")
        let found = try search([hole, speck], two)
        #expect(
            found.steps.steps == [.fillHoles(of: .foreground, within: .volume), .keepLargest(of: .foreground)])
        // Right, wrong and missed: 21 / (21 + 2 + 2), then 23 / 25, then 23 / 23.
        let scores: [[Double]] = [[21.0 / 25, 23.0 / 25], [23.0 / 25, 1]]
        #expect(found.trials.map(\.scores) == scores)
        #expect(found.trials.map(\.cases) == [[1, 0], [1, 0]])
        #expect(found.caseCount == 2 && found.groupCount == 1)
        let (before, after) = try #require(found.scores)
        #expect(before == scores[0][0])
        #expect(after == 1)
    }

    @Test func whatHarmsIsNotKept() throws {
        let kidneys = Pair("11..1\n11..1", "11..1\n11..1")
        let ring = Pair("11111\n1...1\n11111", "11111\n1...1\n11111")
        let found = try search([kidneys, ring], two)
        #expect(found.steps.steps.isEmpty)
        #expect(found.trials.map(\.isKept) == [false, false])
        #expect(found.trials.map(\.cases) == [[0, 1], [0, 1]])
        let (before, after) = try #require(found.scores)
        let expected: Double = 1
        #expect(before == expected)
        #expect(after == 1)
    }

    @Test(arguments: [(0.0, true), (0.03, true), (0.04, false)])
    func aGainWithinTheToleranceIsNone(_ tolerance: Double, _ isKept: Bool) throws {
        // The gain is 1 / 27 = 0.037.
        let pair = Pair("111111111.\n111111111.\n111111111.\n..........", "111111111.\n1111.1111.\n111111111.\n..........")
        let found = try search([pair], two, tolerance: tolerance)
        let trial = try #require(found.trials.first)
        let scores: [Double] = [26.0 / 27, 1]
        #expect(trial.scores == scores)
        #expect(trial.isKept == isKept)
    }

    /// Two true objects and false ones of 1, 2 and 3 voxels in each case: no largest component helps, the right size does.
    @Test(arguments: [(2.0 as Double?, ObjectSize.Unit.cubicMillimetres, 8.0), (nil, .voxels, 4.0)])
    func smallObjects(_ voxelVolume: Double?, _ unit: ObjectSize.Unit, _ size: Double) throws {
        let pair = Pair(
            "111...111\n111...111\n.........\n.........", "111...111\n111...11.\n.........\n111.11..1")
        let found = try search([pair, pair], two, voxelVolume: voxelVolume)
        #expect(found.steps.steps == [.removeSmall(of: .foreground, below: .init(size, unit))])
        let sizes = found.trials.dropFirst(2)
        // Half way to the next larger component: 1.5, 2.5, and from 3 to 5 voxels 4.
        #expect(sizes.count == 3)
        let after: Double = 11.0 / 12
        #expect(sizes.last?.after == after)
    }

    @Test func classesAreTriedAfterTheForeground() throws {
        let pair = Pair("111..22\n111..22\n.......\n.......", "111..22\n111..22\n.......\n1.....2")
        let found = try search([pair], three)
        #expect(
            found.steps.steps == [.keepLargest(of: .classes([1])), .keepLargest(of: .classes([2]))])
        #expect(
            found.trials.map { $0.step.words(three) } == [
                "fill holes of the foreground", "fill holes of liver", "fill holes of tumour",
                "keep the largest component of the foreground", "keep the largest component of liver",
                "keep the largest component of tumour",
            ])
    }

    @Test func regionsAreScoredAndTried() throws {
        let regions = ScoredClasses(
            ["background", "core", "rim"],
            regions: [.init(name: "core", classes: [1]), .init(name: "whole", classes: [1, 2])])
        let pair = Pair("2222.\n2112.\n2222.\n.....", "2222.\n2112.\n2222.\n....1")
        let found = try search([pair], regions)
        #expect(found.steps.steps == [.keepLargest(of: .classes([1]))])
        let (before, after) = try #require(found.scores)
        let expected: Double = (2.0 / 3 + 12.0 / 13) / 2
        #expect(before == expected)
        #expect(after == 1)
    }

    @Test func ignoredVoxelsDecideNothing() throws {
        let pair = Pair("11..999\n11..999", "11..111\n11..111")
        let found = try search([pair], two)
        #expect(found.trials.allSatisfy { !$0.isKept && $0.improved == 0 })
    }

    @Test func findingsAreReadAsWritten() throws {
        let pair = Pair("1111.\n1111.\n.....\n.....", "1111.\n1111.\n.....\n...11")
        let found = try search([pair], two, score: .dice)
        let data = try JSONEncoder().encode(found)
        #expect(try JSONDecoder().decode(LearnedPostProcessing.self, from: data) == found)
        let (before, after) = try #require(found.scores)
        let expected: Double = 16.0 / 18
        #expect(before == expected)
        #expect(after == 1)
    }

    @Test func whatCannotBeLearnedIsSaid() throws {
        #expect(throws: PostProcessingError.noBackground) {
            try PostProcessingSearch(ScoredClasses(["a", "b"], hasBackground: false), holesWithin: .planes)
        }
        #expect(throws: PostProcessingError.nothingToScore) { try search([], two) }
        #expect(throws: PostProcessingError.nothingToScore) { try search([Pair("999", "1.1")], two) }
        #expect(throws: LabelOutsideClasses.self) { try search([Pair("112", "1.1")], two) }
    }
}

extension LearnedPostProcessing.Trial {
    fileprivate var scores: [Double] { [before, after] }
    /// Improved and worsened.
    fileprivate var cases: [Int] { [improved, worsened] }
}
