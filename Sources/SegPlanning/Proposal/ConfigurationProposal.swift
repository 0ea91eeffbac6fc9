import DataSets
import Foundation
import MarginCalibration
import MedicalImages
import Sampling
import SegConfiguration
import SegModels
import Torch

/// A configuration proposed for a data set, with the reasons for what it says.
///
/// What the files tell decides input and classes; what some steps on this machine cost decides batch size and the estimate
/// of time.
public struct ConfigurationProposal: Sendable {
    public let configuration: RunConfiguration
    public let trial: StepTrial
    let data: DataProposal
    let device: Device
    let plane: Choice<AnatomicalPlane>
    let fit: Choice<GridFit>
    let normalization: Choice<IntensityNormalization>
    let augmentation: Choice<Augmentation>
    let objective: ObjectiveProposal

    private static let largestBatch = 16
    /// While data are few, smaller batches make more of the same time: with 76 images and batches of 4 instead of 16 the mIoU of
    /// nuclei was 7.1 points higher [4.6, 9.7].
    private static let fewestSteps = 16
    private static let smallestBatch = 4

    /// - Parameters:
    ///   - minutes: for the whole training; nil: as many epochs as make some thousand steps.
    ///   - countLabels: the training labels as training with such a configuration sees them.
    ///   - makeTrial: measures steps, `StepTrial.init` but for tests.
    /// - Throws: `PlanError.time` where no epoch fits into the time; what the closures throw.
    init(
        _ data: DataProposal, minutes: Double? = nil, device: Device = .cpu,
        countLabels: (RunConfiguration) throws -> LabelDistribution, makeTrial: MakeTrial
    ) throws {
        let survey = data.survey
        let (names, channels) = (data.names, data.channels)
        let plane = survey.plane
        let fit = survey.fit(plane.value)
        let normalization = survey.normalization
        let planes = survey.planeCount(of: .train, plane: plane.value)

        var configuration = try ConfigurationReader(file: nil, preset: "quick").configuration()
        configuration.data = data.configuration
        configuration.input.normalization = normalization.value
        configuration.input.fit = fit.value
        configuration.input.plane = plane.value
        configuration.network = NetworkConfiguration(dropout: [0, 0, 0.1, 0.2, 0.3])
        let largest = Self.largestBatch(planes: planes)
        let measured = try makeTrial(configuration.network, channels, names.count, fit.value.size, largest, device)
        let batch = StepTrial.batchSizes.last { $0 <= largest && (measured.fits($0) || $0 == 1) } ?? 1
        configuration.training.batchSize = batch
        let augmentation = survey.augmentation(classNames: names)
        configuration.training.augmentation = augmentation.value

        objective = ObjectiveProposal(
            labels: try countLabels(configuration), classNames: names, hasBackground: configuration.data.hasBackground)
        let secondsPerEpoch = measured.secondsPerEpoch(
            trainingPlanes: planes, validationSteps: survey.planeCount(of: .validation, plane: plane.value), batchSize: batch)
        let epochs =
            try minutes.map { try Self.epochs(minutes: $0, secondsPerEpoch, steps: max(1, planes / batch)) }
            ?? Self.epochs(stepsPerEpoch: max(1, planes / batch))
        configuration.training.stages = [
            StageConfiguration(
                name: "pretraining", objective: objective.pretraining.value, epochs: epochs, learningRate: 1e-3),
            StageConfiguration(name: "finetuning", objective: objective.objective.value, epochs: epochs, learningRate: 5e-4),
        ]
        try configuration.validate()
        self.configuration = configuration
        self.data = data
        trial = measured
        self.device = device
        self.augmentation = augmentation
        self.plane = plane
        self.fit = fit
        self.normalization = normalization
    }

    /// The batch for which an epoch has some steps, whatever memory holds.
    static func largestBatch(planes: Int) -> Int {
        let few = min(smallestBatch, max(1, planes / 2))
        return min(largestBatch, max(few, planes / fewestSteps))
    }

    /// Measures steps of a network: with its channels, classes, planes and largest batch.
    typealias MakeTrial = (NetworkConfiguration, Int, Int, GridSize, Int, Device) throws -> StepTrial

    /// The paper's 50 epochs while they are some thousand steps; fewer for data that make many steps an epoch.
    private static func epochs(stepsPerEpoch: Int) -> Int { min(50, max(10, 5000 / stepsPerEpoch)) }

    /// Those of each of two stages that fit into a time, up to 500.
    private static func epochs(minutes: Double, _ secondsPerEpoch: Double, steps: Int) throws -> Int {
        let fitting = Int(min(500, 60 * minutes / (2 * secondsPerEpoch)))
        guard fitting > 0 else {
            throw PlanError.time(
                minutes: minutes, needed: 2 * secondsPerEpoch / 60, secondsPerStep: secondsPerEpoch / Double(steps),
                steps: 2 * steps)
        }
        return fitting
    }
}

extension ConfigurationProposal {
    /// Planes that train, and that validate.
    public var planes: (training: Int, validation: Int) {
        (data.survey.planeCount(of: .train, plane: plane.value), data.survey.planeCount(of: .validation, plane: plane.value))
    }

    /// What `plan` tells of it: one line.
    public var summary: String {
        "\(data.names.count) classes, planes of \(fit.value.size), \(configuration.training.batchSize) a step; an epoch takes about "
            + "\(PlanComment.duration(secondsPerEpoch)), all of it \(PlanComment.duration(seconds))"
    }

    /// An epoch with its validation on this machine, reading aside.
    public var secondsPerEpoch: Double {
        trial.secondsPerEpoch(
            trainingPlanes: planes.training, validationSteps: planes.validation, batchSize: configuration.training.batchSize)
    }

    /// All epochs of all stages.
    public var seconds: Double { Double(configuration.training.stages.reduce(0) { $0 + $1.epochs }) * secondsPerEpoch }
}
