import Testing

@testable import SegWatch

struct TrainingProgressTests {
    private let origin = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { origin + .seconds(seconds) }

    @Test func timeLeftIsToTheEndOfAllStages() throws {
        var progress = TrainingProgress(stages: TinyTraining.stages)
        #expect(progress.secondsLeft(at: at(0)) == nil)
        progress.take(TinyTraining.start(1), at: at(10))
        #expect(progress.secondsLeft(at: at(10)) == nil && progress.imagesPerSecond == nil)
        for step in 1...5 { progress.take(TinyTraining.step(step, of: 1), at: at(10 + 2 * Double(step))) }
        #expect(progress.imagesPerSecond == 2)
        // The validation takes 10 s, which the pace counts and the speed does not.
        progress.take(.validating(cases: 3), at: at(20))
        #expect(progress.validation == .init(done: 0, cases: 3))
        progress.take(.epochFinished(TinyTraining.record(1, of: 1)), at: at(30))
        #expect(progress.validation == nil)
        progress.take(TinyTraining.step(6, of: 1), at: at(34))
        #expect(progress.imagesPerSecond == 1)
        let left = try #require(progress.secondsLeft(at: at(34)))
        #expect(abs(left - 4 * (44 + 100)) < 1e-9, "24 s for 6 steps, 144 steps left")
    }

    /// A run that goes on counts its steps from the start, and its pace from now.
    @Test func stepsCountOverStagesAndSessions() throws {
        var progress = TrainingProgress(stages: TinyTraining.stages)
        progress.take(TinyTraining.start(2, firstStep: 40), at: at(0))
        #expect(progress.totalStep == 50 + 40)
        progress.take(TinyTraining.step(41, of: 2), at: at(3))
        #expect(progress.totalStep == 50 + 41)
        let left = try #require(progress.secondsLeft(at: at(3)))
        #expect(abs(left - 3 * 59) < 1e-9)
    }

    @Test func theLossIsSmoothed() {
        var progress = TrainingProgress(stages: TinyTraining.stages)
        progress.take(TinyTraining.start(1))
        #expect(progress.loss == nil)
        progress.take(TinyTraining.step(1, of: 1, loss: 2))
        #expect(progress.loss == 2)
        progress.take(TinyTraining.step(2, of: 1, loss: 1))
        #expect(abs((progress.loss ?? 0) - 1.9) < 1e-12)
        progress.take(TinyTraining.start(2))
        #expect(progress.loss == nil, "another stage has another scale")
    }
}
