import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import SegModels
import Torch

/// What a program has to know of an exported network to come from a file to the same labels.
///
/// It is the metadata of the file, an entry for each property, and as a whole the JSON file beside it.
struct ModelDescription: Encodable {
    struct Network: Encodable {
        let architecture: NetworkConfiguration.Architecture
        let dimensions: Int
        let channels: Int
        /// Sizes of inputs have to be multiples of these; smaller ones are continued by repeating their border behind.
        let sizeMultiples: [Int]
        let parameters: Int
        let weights: StoredWeights
        let input: String
        let outputs: [NetworkOutput]

        enum CodingKeys: String, CodingKey {
            case architecture, dimensions, channels, parameters, weights, input, outputs
            case sizeMultiples = "size_multiples"
        }
    }

    struct Class: Encodable {
        let name: String
        /// What stands for it in label files.
        let value: Int
    }

    /// How scores are made of several passes.
    struct Inference: Encodable {
        /// That moves over inputs; nil for whole inputs.
        let window: [Int]?
        /// By how much of itself it moves at most; nil without a window.
        let step: Double?
        /// Axes after batch and channels along which inputs are mirrored too.
        let mirrorAxes: [Int]

        enum CodingKeys: String, CodingKey {
            case window, step
            case mirrorAxes = "mirror_axes"
        }
    }

    struct Origin: Encodable {
        let checksum: String?
        let stage: String
        let objective: String
        let epoch: Int
    }

    /// Raised when a reader of the old form could not read the new one.
    private let format = 1
    let network: Network
    let recipe: InputConfiguration
    let classes: [Class]
    let inference: Inference
    let decision: DescribedDecision
    /// The whole configuration of the training, without paths.
    let plan: RunConfiguration
    let origin: Origin
    let versions: DescribedVersions
    let licence = licenceNote

    init(
        _ checkpoint: Checkpoint, network: any SegmentationNetwork, weights: StoredWeights, outputs: [NetworkOutput],
        settings: InferenceSettings, decision: Decision
    ) throws {
        let manifest = checkpoint.manifest
        var plan = manifest.configuration
        self.network = Network(
            architecture: plan.network.architecture, dimensions: plan.network.dimensions, channels: manifest.channels,
            sizeMultiples: network.sizeMultiples, parameters: network.parameterCount, weights: weights, input: "image",
            outputs: outputs)
        recipe = plan.input
        classes = Self.classes(of: plan)
        let window = settings.windowSize(plan)
        inference = Inference(
            window: window?.lengths, step: window == nil ? nil : settings.step, mirrorAxes: try settings.mirroredPlaces(plan))
        self.decision = DescribedDecision(decision, classCount: plan.data.classes.count)
        // Where somebody's files lie is nobody's business.
        plan.data.folder = nil
        for stage in plan.training.stages.indices { plan.training.stages[stage].from = nil }
        self.plan = plan
        origin = Origin(
            checksum: checkpoint.checksum, stage: manifest.stageName, objective: manifest.objective, epoch: manifest.epoch)
        versions = DescribedVersions(trainedBy: [manifest.importedFrom ?? manifest.program])
    }

    /// The metadata of a file: texts as they are, everything else as JSON.
    var properties: [String: String] {
        get throws {
            let encoder = JSONEncoder.sorted()
            return [
                "format": try encoder.text(format), "network": try encoder.text(network), "recipe": try encoder.text(recipe),
                "classes": try encoder.text(classes), "inference": try encoder.text(inference),
                "decision": try encoder.text(decision), "plan": try encoder.text(plan), "origin": try encoder.text(origin),
                "versions": try encoder.text(versions), "licence": licence,
            ]
        }
    }

    static func classes(of configuration: RunConfiguration) -> [Class] {
        zip(configuration.data.classNames, configuration.data.writtenValues).map(Class.init)
    }
}
