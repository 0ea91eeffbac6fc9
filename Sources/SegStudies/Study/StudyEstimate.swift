import DataSets
import Sampling
import SegPlanning
import Torch

/// How long trainings will take on this machine, from some steps of each task's network.
///
/// An upper bound where planes without foreground are left out: which those are is only known once all is decoded.
public struct StudyEstimate: Sendable {
    private struct Pace: Sendable {
        let secondsPerEpoch: Double
        let secondsToScore: Double
        let isBusy: Bool
    }

    private let paces: [String: Pace]
    /// Whether other programs used the machine while steps were timed.
    public let isBusy: Bool
    /// Seconds of all trainings.
    public private(set) var total = 0.0

    /// Reads headers and times steps; some seconds for each task.
    ///
    /// - Throws: errors of data and configuration.
    public init(_ runs: [StudyRun], device: Device) throws {
        var paces: [String: Pace] = [:]
        for run in runs where paces[run.task.name] == nil { paces[run.task.name] = try Self.pace(run, device: device) }
        self.paces = paces
        isBusy = paces.values.contains(where: \.isBusy)
        total = runs.reduce(0) { $0 + seconds(of: $1) }
    }

    /// Seconds of a training and of scoring it.
    public func seconds(of run: StudyRun) -> Double {
        guard let pace = paces[run.task.name] else { return 0 }
        let epochs = run.configuration.training.stages.reduce(0) { $0 + $1.epochs }
        return Double(epochs) * pace.secondsPerEpoch + (run.arm == nil ? 0 : pace.secondsToScore)
    }

    private static func pace(_ run: StudyRun, device: Device) throws -> Pace {
        let configuration = run.configuration
        let dataSet = try configuration.openDataSet(at: nil)
        let recipe = try configuration.recipe
        func plan(_ split: Split) throws -> SamplePlan { try SamplePlan(dataSet.cases(of: split), recipe: recipe) }
        let training = try plan(.train)
        let trial = try StepTrial(
            network: configuration.network, channels: training.channels, classes: configuration.data.classes.count,
            size: recipe.fit.size, largest: configuration.training.batchSize, device: device)
        return Pace(
            secondsPerEpoch: trial.secondsPerEpoch(
                trainingPlanes: training.sampleCount, validationSteps: try plan(.validation).sampleCount,
                batchSize: configuration.training.batchSize),
            secondsToScore: try run.task.splits.reduce(0) {
                $0 + Double(try plan($1).sampleCount) * trial.predictionSeconds
            }, isBusy: trial.isBusy)
    }
}
