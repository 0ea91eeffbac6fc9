import Foundation
import SegMetrics
import Testing

@testable import SegInference
@testable import SegTraining

@Suite struct TrainingPositionTests {
    private let outcome = StepOutcome(loss: 0.5, confusion: ConfusionMatrix(rows: [[4, 1], [2, 3]]))

    @Test func stepsAddUpUntilTheEpochEnds() {
        var position = TrainingPosition(stage: 1)
        position.add(outcome)
        position.add(outcome)
        #expect((position.step, position.lossSum) == (2, 1))
        #expect(position.confusion == ConfusionMatrix(rows: [[8, 2], [4, 6]]))
        position.endEpoch(score: 0.7)
        #expect((position.epoch, position.step, position.lossSum) == (1, 0, 0))
        #expect(position.confusion == nil && position.best == .init(epoch: 1, score: 0.7))
        position.add(outcome)
        #expect(position.confusion == outcome.confusion)
        position.endEpoch(score: 0.7)
        #expect(position.best?.epoch == 1, "of equals the first stays")
    }

    @Test func whileNoScoreIsDefinedTheLastEpochIsTheBest() {
        var position = TrainingPosition(stage: 1)
        for (score, best) in [(nil, 1), (nil, 2), (0.2, 3), (nil, 3), (0.1, 3)] as [(Double?, Int)] {
            position.endEpoch(score: score)
            #expect(position.best?.epoch == best)
        }
    }

    /// Checkpoints from before the counts were kept: the epoch under way has none, the next has.
    @Test func anEpochBegunWithoutCountsHasNone() throws {
        var position = try JSONDecoder().decode(
            TrainingPosition.self, from: Data(#"{"epoch":3,"loss_sum":1.5,"stage":1,"step":2}"#.utf8))
        position.add(outcome)
        #expect((position.step, position.lossSum) == (3, 2))
        #expect(position.confusion == nil)
        position.endEpoch(score: nil)
        position.add(outcome)
        #expect(position.confusion == outcome.confusion)
    }
}
