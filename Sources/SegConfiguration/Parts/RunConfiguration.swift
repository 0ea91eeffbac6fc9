import MarginCalibration
import SegLosses
import SegModels

/// Everything that defines a training run, apart from the machine it runs on.
///
/// Written as YAML with the keys below in snake case; the presets give every key a value.
public struct RunConfiguration: Sendable, Hashable, Codable {
    public var data: DataConfiguration
    public var input: InputConfiguration
    public var network: NetworkConfiguration
    public var training: TrainingConfiguration
    /// How the trained network predicts; nil: as options say.
    public var inference: InferenceConfiguration?

    /// - Throws: `ConfigurationError` that names the key.
    public func validate() throws {
        try data.validate()
        try input.validate()
        do {
            try network.validate()
        } catch let error as NetworkConfigurationError {
            throw ConfigurationError(["network", error.key], "expected \(error.expected), found \(error.found)")
        }
        guard input.fit.size.dimensions == network.dimensions else {
            throw ConfigurationError(
                ["input", "fit"],
                "expected \(network.dimensions == 3 ? "[planes, rows, columns]" : "[rows, columns]") for a network of "
                    + "\(network.dimensions) dimensions (network.dimensions), found \(input.fit.size.lengths)")
        }
        let size = input.fit.size
        guard !network.isDynamic || network.normalization != .instance || network.lowestCount(sizes: size.lengths) > 1 else {
            throw ConfigurationError(
                ["network", "features"],
                "expected fewer levels, or network.strides of 1, as \(size) of input.fit leave the last level one pixel, of which "
                    + "InstanceNorm makes 0; found \(network.features.count) levels")
        }
        guard training.augmentation.depthFlip == nil || network.dimensions == 3 else {
            throw ConfigurationError(
                ["training", "augmentation", "depth_flip"], "expected a network of 3 dimensions (network.dimensions), found 2")
        }
        guard training.memoryFormat != .channelsLast || network.dimensions == 2 else {
            throw ConfigurationError(
                ["training", "memory_format"],
                "expected auto or channels_first for a network of 3 dimensions, found channels_last")
        }
        try training.validate()
        try inference?.validate(dimensions: network.dimensions)
    }
}

extension RunConfiguration {
    /// What training asks of its margin-offsets: as the last stage has it whose objective computes some, else the paper's.
    ///
    /// - Parameter labels: as training sees them.
    public func marginSettings(for labels: LabelDistribution) -> MarginSettings {
        training.stages.lazy.reversed().compactMap { stage in
            // An objective that cannot be read is an error of the configuration.
            try? LossExpression(stage.candidates[0]).marginSettings
        }.first ?? .paper(for: labels)
    }
}
