import SegMetrics
import Testing

@testable import SegInference

@Suite struct CrossFittingTests {
    private func fitting(_ random: RandomPixels) throws -> CrossFitting {
        let classes = ScoredClasses((0..<random.classCount).map { "c\($0)" })
        let objective = try #require(DecisionObjective(ScoreName(.iou), of: classes))
        return CrossFitting(random.pixels(), objective, bootstrap: Bootstrap(resamples: 200))
    }

    private func offsets(_ fitting: CrossFitting, _ groups: [DecisionPixels.Group]) -> Decision {
        .offsets(OffsetSearch(pixels: fitting.pixels, objective: fitting.objective).offsets(for: groups))
    }

    @Test(arguments: [(2, 2), (4, 4), (5, 5), (12, 5)])
    func everyGroupIsInOnePart(_ groups: Int, parts: Int) throws {
        let fitting = try fitting(RandomPixels(classCount: 2, groups: groups, seed: 1))
        #expect(fitting.parts.count == parts)
        #expect(fitting.parts.flatMap { $0 }.sorted() == Array(0..<groups))
        #expect((fitting.parts.map(\.count).max() ?? 0) - (fitting.parts.map(\.count).min() ?? 0) <= 1)
    }

    /// What decides a part is found without it: its labels may say anything.
    @Test(arguments: [2, 3])
    func noPartSeesItself(_ classCount: Int) throws {
        let random = RandomPixels(classCount: classCount, groups: 7, seed: 2)
        let before = try fitting(random)
        let decisions = try #require(before.decisions { offsets(before, $0) })
        for (part, places) in before.parts.enumerated() {
            var changed = random
            for place in places {
                let group = random.groups[place]
                changed.groups[place] = .init(id: group.id, scores: group.scores, labels: group.labels.map { _ in 1 })
            }
            let after = try fitting(changed)
            let found = try #require(after.decisions { offsets(after, $0) })
            #expect(found[part] == decisions[part])
            #expect(found != decisions, "others see it")
        }
    }

    @Test func theGainIsThatOfTheMatricesOfAllParts() throws {
        let random = RandomPixels(classCount: 3, groups: 6, seed: 3)
        let fitting = try fitting(random)
        let decisions = try #require(fitting.decisions { offsets(fitting, $0) })
        var sum = [Double](repeating: 0, count: 9)
        for (part, places) in fitting.parts.enumerated() {
            for place in places {
                let counts = fitting.pixels.counts(of: fitting.pixels.groups[place], by: decisions[part])
                sum = zip(sum, counts).map(+)
            }
        }
        let plain = try random.value(ScoreName(.iou), ScoredClasses(["c0", "c1", "c2"]), [0, 0, 0])
        let gain = try #require(fitting.gain { offsets(fitting, $0) })
        #expect(abs((gain.value ?? .nan) - (fitting.objective.value(of: sum) - plain)) < 1e-12)
        let interval = try #require(gain.interval)
        #expect(interval.low < interval.high)
        #expect(try #require(fitting.gain { _ in .argmax }).value == 0)
    }

    @Test func oneGroupShowsNothing() throws {
        let fitting = try fitting(RandomPixels(classCount: 2, groups: 1, seed: 4))
        #expect(fitting.parts.isEmpty)
        #expect(fitting.gain { _ in .argmax } == nil)
    }

    @Test func whereAPartHasNoDecisionThereIsNoGain() throws {
        let fitting = try fitting(RandomPixels(classCount: 2, groups: 4, seed: 5))
        #expect(fitting.gain { $0.contains { $0.id == "g0" } ? .argmax : nil } == nil)
    }
}
