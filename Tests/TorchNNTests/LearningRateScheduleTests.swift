import Foundation
import Testing
import TorchNN

struct LearningRateScheduleTests {
    @Test(arguments: [
        (LearningRateSchedule.constant, 0, 1.0), (.constant, 50, 1), (.constant, 99, 1),
        (.poly(power: 0.9), 0, 1), (.poly(power: 0.9), 50, 0.535886731268146), (.poly(power: 0.9), 99, 0.015848931924611134),
        (.poly(power: 1), 25, 0.75), (.poly(power: 2), 50, 0.25), (.poly(power: 2), 99, 1e-4),
        (.cosine, 0, 1), (.cosine, 25, 0.8535533905932737), (.cosine, 50, 0.5), (.cosine, 99, 0.00024671981713422395),
    ])
    func rates(schedule: LearningRateSchedule, step: Int, share: Double) {
        for initial in [1, 1e-4, 3] {
            let rate = schedule.rate(initial, step: step, total: 100)
            #expect(abs(rate - initial * share) < 1e-12 * initial)
        }
    }

    @Test(arguments: [LearningRateSchedule.poly(power: 0.9), .cosine])
    func ratesFallAndStayAboveZero(schedule: LearningRateSchedule) {
        let rates = (0..<50).map { schedule.rate(0.1, step: $0, total: 50) }
        #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
        #expect(rates.allSatisfy { $0 > 0 && $0 <= 0.1 })
    }

    @Test func oneStepIsTheFirst() {
        for schedule in [LearningRateSchedule.constant, .poly(power: 0.9), .cosine] {
            #expect(schedule.rate(0.1, step: 0, total: 1) == 0.1)
        }
    }

    @Test func stepsOutsideTrap() async {
        await #expect(processExitsWith: .failure) { _ = LearningRateSchedule.cosine.rate(1, step: 10, total: 10) }
        await #expect(processExitsWith: .failure) { _ = LearningRateSchedule.cosine.rate(1, step: -1, total: 10) }
    }
}
