import TestSupport
import Testing

@testable import SegPlanning

@Suite struct TimeBudgetTests {
    static let schedules: [(seconds: Double, step: Double, validation: Double, steps: Int?, epochs: Int)] = [
        // 36,000 s hold 120 epochs of 250 s and 50 s.
        (36_000, 1, 50, 250, 120), (1e9, 0.1, 1, 250, 1000),
        // Fewer than 20 of 250 steps: 20 shorter ones, or one each minute.
        (3600, 1, 20, 160, 20), (3600, 1, 3, 57, 60), (3600, 1, 6, 54, 60), (3600, 1, 10, 90, 36),
        // Validation takes a third.
        (3600, 1, 120, 240, 10), (199, 1, 0, nil, 0), (240, 1, 0, 12, 20),
    ]

    @Test(arguments: schedules)
    func stepsFillTheTime(_ row: (seconds: Double, step: Double, validation: Double, steps: Int?, epochs: Int)) {
        let found = TrainingSchedule.within(
            seconds: row.seconds, secondsPerStep: row.step, validationSeconds: row.validation)
        #expect(found?.stepsPerEpoch == row.steps)
        guard let found else { return }
        #expect(found.epochs == row.epochs && found.pretrainingEpochs + found.finetuningEpochs == row.epochs)
        #expect(found.seconds <= row.seconds + 1e-6)
    }

    private static let data = PatchPlan.Data(
        spacing: [1, 1, 1], medianShape: [100, 100, 100], voxels: 1e9, channels: 1, classes: 2)

    private func trial(minutes: Double?, speed: Double = 1e11) throws -> PatchTrial {
        try PatchTrial(.plain, for: Self.data, memory: 8, minutes: minutes, windows: { _ in 4 }) { plan in
            (3 * plan.cost / speed, Double(plan.layers.multiplications) / speed, false)
        }
    }

    /// The less time, the smaller the network; features go last.
    @Test func lessTimeMakesSmallerNetworks() throws {
        let full = try trial(minutes: nil)
        #expect(full.plan == (try PatchPlan(.plain, for: Self.data, memory: 8)))
        #expect(full.schedule.epochs == 1000 && full.schedule.stepsPerEpoch == 250)
        var last = full.plan.cost
        for minutes in [1e6, 1e4, 1000, 300, 100, 60, 30] {
            let found = try trial(minutes: minutes)
            #expect(found.plan.cost <= last)
            #expect(found.schedule.seconds <= 60 * minutes)
            last = found.plan.cost
        }
        #expect(try trial(minutes: 1e6).plan == full.plan)
        #expect(last < full.plan.cost)
    }

    @Test func tooLittleTimeIsToldWithWhatIsEnough() throws {
        let message = try #require(messageThrown { _ = try trial(minutes: 0.1, speed: 1e9) })
        #expect(message.hasPrefix("no network learns anything in 0.1 minutes on this machine: the smallest takes "), "\(message)")
        let words = message.split(separator: " ").map(String.init)
        let place = try #require(words.lastIndex(of: "--minutes"))
        let needed = try #require(Double(words[place + 1]))
        #expect(throws: Never.self) { try trial(minutes: needed, speed: 1e9) }
    }
}
