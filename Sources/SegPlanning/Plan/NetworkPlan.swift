import DataSets
import Foundation
import MarginCalibration
import Sampling
import SegConfiguration
import SegModels
import Torch

/// The training of a network of volumes, or of their planes, planned from the fingerprint of a data set, the memory of a device and
/// the time that is given.
///
/// Source: nnU-Net, `ExperimentPlanner` and `ResEncUNetPlanner`, whose rules these are where no reason says otherwise.
public struct NetworkPlan: Sendable {
    /// What a plan is made for.
    public struct Budget: Sendable {
        public var network: PlannedNetwork
        /// Of the device in GB.
        public var memory: Double
        /// Of the whole training; nil: as long as nnU-Net trains.
        public var minutes: Double?
        public var device: Device

        public init(network: PlannedNetwork = .plain, memory: Double? = nil, minutes: Double? = nil, device: Device = .cpu) {
            self.network = network
            self.memory = memory ?? network.gigabytes
            self.minutes = minutes
            self.device = device
        }
    }

    public let configuration: RunConfiguration
    let data: DataProposal
    let budget: Budget
    let geometry: PlanGeometry
    let trial: PatchTrial
    let normalization: Choice<IntensityNormalization>
    let crop: Choice<InputCrop?>
    let lowResolution: LowResolutionStage?
    /// The keys of mirror images that are not made; nil where all are.
    let unmirrored: Choice<[String]>?
    let objective: ObjectiveProposal

    /// What its user should look at before training.
    public var warnings: [String] { geometry.warnings }

    /// All stages on this machine, with their validation.
    public var seconds: Double { trial.schedule.seconds }

    /// - Parameters:
    ///   - dimensions: 3 for volumes, 2 for their planes.
    ///   - countLabels: the training labels as training with such a configuration sees them.
    ///   - makeTrial: measures steps, `StepTrial.init` but for tests.
    /// - Throws: `PlanError` for cases, memory or time that allow no plan; what the closures throw.
    init(
        _ fingerprint: Fingerprint, data: DataProposal, dimensions: Int, budget: Budget,
        countLabels: (RunConfiguration) throws -> LabelDistribution, makeTrial: ConfigurationProposal.MakeTrial
    ) throws {
        let geometry = PlanGeometry(fingerprint, plane: data.survey.plane)
        let normalization = NormalizationRule(
            fingerprint.channels, names: Self.names(fingerprint), keptShare: fingerprint.medianKeptShare
        ).choice
        let crop = Self.crop(fingerprint)
        let planned = PatchPlan.Data(
            spacing: geometry.spacing.suffix(dimensions), medianShape: geometry.medianShape.suffix(dimensions),
            voxels: geometry.voxels, channels: data.channels, classes: data.names.count)
        let validated = data.survey.count(of: .validation) * (dimensions == 2 ? Int(geometry.medianShape[0]) : 1)
        let trial = try PatchTrial(
            budget.network, for: planned, memory: budget.memory, minutes: budget.minutes,
            windows: { patch in validated * Self.windows(planned.medianShape, patch) },
            measure: { plan in
                let steps = try makeTrial(
                    Self.network(plan), data.channels, data.names.count, GridSize(plan.patch), plan.batch, budget.device)
                return (steps.secondsPerStep(batchSize: plan.batch), steps.predictionSeconds, steps.isBusy)
            })

        var configuration = try ConfigurationReader(file: nil, preset: Self.preset(dimensions)).configuration()
        configuration.data = data.configuration
        configuration.input.crop = crop.value
        configuration.input.normalization = normalization.value
        configuration.input.spacing = geometry.target.map { target in
            GridSpacing(
                planes: dimensions == 3 ? target.lengths[0] : nil, rows: target.lengths[1], columns: target.lengths[2])
        }
        configuration.input.fit = .crop(to: GridSize(trial.plan.patch), foreground: Self.foregroundShare, about: .class)
        configuration.input.plane = geometry.plane.value
        configuration.network = Self.network(trial.plan)
        configuration.training.batchSize = trial.plan.batch
        let unmirrored = Self.unmirrored(trial.schedule, sided: data.names.firstOfOneSide, dimensions: dimensions)
        for key in unmirrored?.value ?? [] {
            switch key {
            case "depth_flip": configuration.training.augmentation.depthFlip = 0
            case "vertical_flip": configuration.training.augmentation.verticalFlip = 0
            default: configuration.training.augmentation.horizontalFlip = 0
            }
        }
        objective = ObjectiveProposal(
            labels: try countLabels(configuration), classNames: data.names, hasBackground: configuration.data.hasBackground)
        Self.set(
            &configuration.training, trial.schedule, pretraining: objective.pretraining.value,
            finetuning: objective.objective.value)
        try configuration.validate()
        lowResolution =
            dimensions == 3
            ? try? LowResolutionStage(before: trial.plan, data: planned, memory: budget.memory) : nil
        self.configuration = configuration
        self.data = data
        self.budget = budget
        self.geometry = geometry
        self.trial = trial
        self.normalization = normalization
        self.crop = crop
        self.unmirrored = unmirrored
    }

    private static func names(_ fingerprint: Fingerprint) -> [String]? {
        let names = fingerprint.channels.compactMap(\.name)
        return names.count == fingerprint.channels.count ? names : nil
    }

    private static func crop(_ fingerprint: Fingerprint) -> Choice<InputCrop?> {
        let smaller = fingerprint.cases.count { $0.croppedSize != $0.size }
        guard smaller > 0 else { return Choice(nil, "no case has planes of zeros at its border") }
        return Choice(
            .nonzero,
            String(
                format: "%d of %d cases have zeros all round; the box that holds the rest is %.0f %% of a case, in the middle",
                smaller, fingerprint.caseCount, 100 * fingerprint.medianKeptShare))
    }

    /// The keys of mirror images that are not made; nil where all are.
    private static func unmirrored(_ schedule: TrainingSchedule, sided: String?, dimensions: Int) -> Choice<[String]>? {
        if schedule.isShort {
            return Choice(
                ["horizontal_flip", "vertical_flip"] + (dimensions == 3 ? ["depth_flip"] : []),
                "but no mirror images: in few steps a network learns more from organs as they lie in every scan")
        }
        return sided.map {
            Choice(["horizontal_flip"], "but no mirror images of left and right, since '\($0)' is of one side")
        }
    }

    /// Patches at steps of half of them that cover an image.
    private static func windows(_ size: [Double], _ patch: [Int]) -> Int {
        zip(size, patch).reduce(1) { count, axis in
            let beyond = max(0, axis.0 - Double(axis.1))
            return count * (Int((2 * beyond / Double(axis.1)).rounded(.up)) + 1)
        }
    }

    private static func network(_ plan: PatchPlan) -> NetworkConfiguration {
        let levels = plan.features.count
        return NetworkConfiguration(
            architecture: plan.network.isResidual ? .residualEncoderUNet : .plainConvUNet, dimensions: plan.patch.count,
            features: plan.features, dropout: Array(repeating: 0, count: levels), kernels: plan.pooling.kernels,
            strides: plan.pooling.strides, blocks: plan.network.blocks(levels: levels),
            decoderBlocks: plan.network.decoderBlocks(levels: levels), deepSupervision: true, normalization: .instance)
    }

    private static func set(
        _ training: inout TrainingConfiguration, _ schedule: TrainingSchedule, pretraining: String, finetuning: String
    ) {
        func stage(_ name: String, _ objective: String, _ epochs: Int, share: Double) -> StageConfiguration {
            schedule.isShort
                ? StageConfiguration(
                    name: name, objective: objective, epochs: epochs, optimizer: .adamw, learningRate: 0.001 * share,
                    weightDecay: 0.01, clipNorm: 12)
                : StageConfiguration(
                    name: name, objective: objective, epochs: epochs, optimizer: .sgd, momentum: 0.99,
                    learningRate: 0.01 * share, weightDecay: 3e-5, clipNorm: 12)
        }
        training.stepsPerEpoch = schedule.stepsPerEpoch
        training.weightAverage = schedule.isShort ? 0.99 : 0
        training.stages = [
            stage("pretraining", pretraining, schedule.pretrainingEpochs, share: 1),
            stage("finetuning", finetuning, schedule.finetuningEpochs, share: 0.1),
        ]
    }

    /// What the plan does not say.
    static func preset(_ dimensions: Int) -> String { dimensions == 3 ? "volumes" : "planes" }
    private static let foregroundShare = 0.33
}
