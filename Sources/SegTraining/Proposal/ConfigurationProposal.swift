import Foundation
import MedicalImages
import SegData
import SegModels
import Torch

/// A configuration for somebody's data, with the reasons for what it says.
///
/// What the files tell decides input and classes; what some steps on this machine cost decides batch size and the estimate
/// of time.
public struct ConfigurationProposal: Sendable {
    public let configuration: RunConfiguration
    public let survey: DataSurvey
    public let trial: StepTrial
    let device: Device
    let axis: Choice<PlaneAxis>
    let fit: Choice<PlaneFit>
    let normalization: Choice<IntensityNormalization>
    let classes: Choice<[ClassConfiguration]>
    let objective: Choice<String>
    /// Counts and offsets of the classes, as lines of a table.
    let offsets: [String]

    /// What no measurement should exceed for small data: an epoch has some steps.
    private static let largestBatch = 16

    /// - Parameters:
    ///   - data: where the files lie.
    ///   - areClassesStated: whether its classes are meant; otherwise they are proposed from the label values.
    ///   - makeTrial: measures steps, `StepTrial.init` but for tests.
    /// - Throws: `ProposalError` for data that cannot be trained on; what `makeTrial` throws.
    public init(
        _ survey: DataSurvey, data: DataConfiguration, areClassesStated: Bool = false, device: Device = .cpu,
        makeTrial: (NetworkConfiguration, _ channels: Int, _ classes: Int, PlaneSize, _ largestBatch: Int, Device) throws ->
            StepTrial = StepTrial.init(network:channels:classes:size:largest:device:)
    ) throws {
        let channels = Set(survey.cases.map(\.extent.channels)).sorted()
        guard channels.count == 1 else { throw ProposalError.channels(channels) }
        let classes =
            areClassesStated ? survey.classes(stated: data.classes, ignoring: data.ignoredValues) : try survey.classes()
        let names = classes.value.map(\.name)
        let axis = survey.axis
        let fit = survey.fit(axis: axis.value)
        let normalization = survey.normalization
        let planes = survey.planeCount(of: .train, axis: axis.value)

        var configuration = try ConfigurationReader(file: nil, preset: "quick").configuration()
        configuration.data = data
        configuration.data.classes = classes.value
        configuration.input = InputConfiguration(normalization: normalization.value, fit: fit.value, axis: axis.value)
        configuration.network = NetworkConfiguration(dropout: [0, 0, 0.1, 0.2, 0.3])
        // Four steps an epoch or more.
        let largest = min(Self.largestBatch, max(1, planes / 4))
        let measured = try makeTrial(configuration.network, channels[0], names.count, fit.value.size, largest, device)
        let batch = StepTrial.batchSizes.last { $0 <= largest && (measured.fits($0) || $0 == 1) } ?? 1
        configuration.training.batchSize = batch
        configuration.training.augmentation = Augmentation(brightness: 0.1, contrast: 0.1, noise: 0.02)

        let counts = Dictionary(uniqueKeysWithValues: survey.labelValues(of: .train).map { ($0.value, $0.voxels) })
        let proposed = try ObjectiveProposal(
            counts: classes.value.map { $0.values.reduce(0) { $0 + (counts[$1] ?? 0) } }, classNames: names)
        let epochs = Self.epochs(stepsPerEpoch: max(1, planes / batch))
        configuration.training.stages = [
            StageConfiguration(name: "pretraining", objective: "cross_entropy", epochs: epochs, learningRate: 1e-3),
            StageConfiguration(name: "margin", objective: proposed.objective.value, epochs: epochs, learningRate: 5e-4),
        ]
        try configuration.validate()
        self.configuration = configuration
        self.survey = survey
        trial = measured
        self.device = device
        self.axis = axis
        self.fit = fit
        self.normalization = normalization
        self.classes = classes
        objective = proposed.objective
        offsets = proposed.table
    }

    /// The paper's 50 epochs while they are some thousand steps; fewer for data that make many steps an epoch.
    private static func epochs(stepsPerEpoch: Int) -> Int { min(50, max(10, 5000 / stepsPerEpoch)) }
}

extension ConfigurationProposal {
    /// Planes that train, and that validate.
    public var planes: (training: Int, validation: Int) {
        (survey.planeCount(of: .train, axis: axis.value), survey.planeCount(of: .validation, axis: axis.value))
    }

    /// An epoch with its validation on this machine, reading aside.
    public var secondsPerEpoch: Double {
        trial.secondsPerEpoch(
            trainingPlanes: planes.training, validationPlanes: planes.validation, batchSize: configuration.training.batchSize)
    }

    /// All epochs of all stages.
    public var seconds: Double { Double(configuration.training.stages.reduce(0) { $0 + $1.epochs }) * secondsPerEpoch }
}
