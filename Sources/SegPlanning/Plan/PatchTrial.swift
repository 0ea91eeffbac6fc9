import Foundation
import Sampling

/// Which patch and width a machine trains in a given time.
///
/// The cheapest plan is timed; others take as much longer as they multiply more, and the one that is chosen is timed too where that
/// takes some seconds.
struct PatchTrial: Sendable {
    let plan: PatchPlan
    let schedule: TrainingSchedule
    /// Whether the plan itself was timed, or a smaller one.
    let isMeasured: Bool
    let isBusy: Bool

    /// Steps of a plan: seconds of one with its batch, and of the prediction of one patch.
    typealias Measure = (PatchPlan) throws -> (step: Double, prediction: Double, isBusy: Bool)

    /// - Parameters:
    ///   - windows: patches that a validation predicts with patches of a size.
    ///   - minutes: for the whole training; nil: as long as it takes.
    /// - Throws: `PlanError` for too little memory or time; what `measure` throws.
    init(
        _ network: PlannedNetwork, for data: PatchPlan.Data, memory: Double, minutes: Double?, windows: ([Int]) -> Int,
        measure: Measure
    ) throws {
        let full = try PatchPlan(network, for: data, memory: memory)
        let plans = Self.plans(network, for: data, memory: memory, full: full)
        let cheapest = plans[plans.count - 1]
        let base = try measure(cheapest)
        func times(_ plan: PatchPlan) -> (step: Double, prediction: Double) {
            (
                base.step * plan.cost / cheapest.cost,
                base.prediction * Double(plan.layers.multiplications) / Double(cheapest.layers.multiplications)
            )
        }
        func validation(_ plan: PatchPlan, _ prediction: Double) -> Double { Double(windows(plan.patch)) * prediction }
        guard let minutes else {
            let known = times(full)
            plan = full
            schedule = .full(secondsPerStep: known.step, validationSeconds: validation(full, known.prediction))
            (isMeasured, isBusy) = (full == cheapest, base.isBusy)
            return
        }
        func fitting(_ plan: PatchPlan, _ known: (step: Double, prediction: Double)) -> TrainingSchedule? {
            .within(
                seconds: 60 * minutes, secondsPerStep: known.step, validationSeconds: validation(plan, known.prediction))
        }
        for candidate in plans.dropLast() {
            var known = times(candidate)
            var found = fitting(candidate, known)
            guard found.map({ $0.steps >= TrainingSchedule.wantedSteps }) == true else { continue }
            var (wasMeasured, wasBusy) = (false, base.isBusy)
            if known.step < Self.mostSeconds {
                let measured = try measure(candidate)
                known = (measured.step, measured.prediction)
                (wasMeasured, wasBusy) = (true, wasBusy || measured.isBusy)
                found = fitting(candidate, known)
            }
            if let found, found.steps >= TrainingSchedule.wantedSteps {
                (plan, self.schedule, isMeasured, isBusy) = (candidate, found, wasMeasured, wasBusy)
                return
            }
        }
        guard let found = fitting(cheapest, (base.step, base.prediction)) else {
            let least = TrainingSchedule.leastSeconds(
                secondsPerStep: base.step, validationSeconds: validation(cheapest, base.prediction))
            throw PlanError.time(
                minutes: minutes, needed: least / 60, secondsPerStep: base.step, steps: TrainingSchedule.fewestSteps)
        }
        (plan, self.schedule, isMeasured, isBusy) = (cheapest, found, true, base.isBusy)
    }

    /// The full plan, and those of fewer features and of less memory, by falling cost.
    private static func plans(
        _ network: PlannedNetwork, for data: PatchPlan.Data, memory: Double, full: PatchPlan
    ) -> [PatchPlan] {
        var plans = [full]
        // Fewer than 16 features do not fill the vectors of the CPU's kernels, and take longer.
        for width in [1, 2].map({ PlannedNetwork.usualWidth / $0 }) {
            for part in [1.0, 2, 4, 8, 16, 32] {
                // Below some memory there is no plan.
                guard let plan = try? PatchPlan(network, for: data, memory: memory / part, width: width) else { continue }
                // Features are worth more than patches in a batch.
                plans += [plan, plan.withSmallestBatch].filter { $0.cost < full.cost && !plans.contains($0) }
            }
        }
        return plans.sorted { $0.cost > $1.cost }
    }

    /// Steps that take longer are not timed.
    private static let mostSeconds = 8.0
}

extension PatchPlan {
    /// Multiplications of a step, up to a factor.
    var cost: Double { Double(layers.multiplications) * Double(batch) }
}
