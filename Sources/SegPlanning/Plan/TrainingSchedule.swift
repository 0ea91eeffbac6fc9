import Foundation

/// How many steps a plan trains, and how long that takes.
struct TrainingSchedule: Sendable, Hashable {
    let stepsPerEpoch: Int
    /// Of all stages.
    let epochs: Int
    let secondsPerStep: Double
    /// Of one validation.
    let validationSeconds: Double

    /// All steps, with a validation an epoch.
    var seconds: Double {
        Double(epochs) * (Double(stepsPerEpoch) * secondsPerStep + validationSeconds)
    }

    var steps: Int { epochs * stepsPerEpoch }

    /// Whether momentum of 0.99 has too few steps to come to anything, so that AdamW with averaged weights gets further.
    var isShort: Bool { steps < 25_000 }

    /// nnU-Net's: 1000 epochs of 250 steps.
    static func full(secondsPerStep: Double, validationSeconds: Double) -> TrainingSchedule {
        TrainingSchedule(
            stepsPerEpoch: usualSteps, epochs: usualEpochs, secondsPerStep: secondsPerStep,
            validationSeconds: validationSeconds)
    }

    /// What fits into a time: epochs of 250 steps where there are 20 or more of them, else shorter ones, so that a score comes
    /// every minute where validation then takes a tenth of the time at most, and 20 times where it takes a third at most; nil where
    /// less than `fewestSteps` fit.
    static func within(seconds: Double, secondsPerStep: Double, validationSeconds: Double) -> TrainingSchedule? {
        let usual = Double(usualSteps) * secondsPerStep + validationSeconds
        var epochs = min(usualEpochs, Int(min(seconds / usual, 1e6)))
        var steps = usualSteps
        if epochs < fewestEpochs {
            func validations(taking share: Double) -> Int {
                validationSeconds > 0 ? Int(min(seconds * share / validationSeconds, 1e6)) : usualEpochs
            }
            let wanted = max(min(fewestEpochs, validations(taking: 1 / 3)), min(Int(seconds / 60), validations(taking: 0.1)))
            epochs = max(2, wanted)
            steps = Int(max(0, (seconds / Double(epochs) - validationSeconds) / secondsPerStep))
        }
        guard epochs * steps >= fewestSteps else { return nil }
        return TrainingSchedule(
            stepsPerEpoch: min(steps, usualSteps), epochs: epochs, secondsPerStep: secondsPerStep,
            validationSeconds: validationSeconds)
    }

    /// The seconds that `fewestSteps` take.
    static func leastSeconds(secondsPerStep: Double, validationSeconds: Double) -> Double {
        max(1.5 * Double(fewestSteps) * secondsPerStep, Double(fewestSteps) * secondsPerStep + 3 * validationSeconds) * 1.05
    }

    /// Of the second stage.
    var finetuningEpochs: Int { max(1, epochs / 10) }
    var pretrainingEpochs: Int { epochs - finetuningEpochs }

    private static let usualSteps = 250
    private static let usualEpochs = 1000
    private static let fewestEpochs = 20
    /// Below them nothing is learnt.
    static let fewestSteps = 200
    /// While there are fewer, a smaller network is better for the same time.
    static let wantedSteps = 2000
}
