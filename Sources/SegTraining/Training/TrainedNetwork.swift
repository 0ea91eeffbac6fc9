import SegConfiguration
import SegInference
import SegModels
import Torch
import TorchNN

/// The network that steps change, and the one that is validated and kept: the same, or the running average of its weights.
struct TrainedNetwork {
    /// What steps change.
    let trained: any SegmentationNetwork
    /// What is validated and kept.
    let kept: any SegmentationNetwork
    private let average: WeightAverage?

    /// - Throws: `NetworkConfigurationError`, `TorchError`.
    init(_ configuration: RunConfiguration, channels: Int, device: Device) throws {
        func make() throws -> any SegmentationNetwork {
            let network = try configuration.network.makeNetwork(
                channels: channels, classes: configuration.data.classes.count,
                generator: Generator(seed: configuration.training.seed))
            try network.move(to: device)
            try network.arrange(
                configuration.training.memoryFormat.layout(on: device, dimensions: configuration.network.dimensions))
            return network
        }
        trained = try make()
        let decay = configuration.training.weightAverage
        kept = decay > 0 ? try make() : trained
        average = decay > 0 ? WeightAverage(of: trained, into: kept, decay: decay) : nil
    }

    /// Starts at the trained network's weights.
    func begin() throws { try average?.reset() }

    /// Takes a step in; `step` counts those of the stage, from 1.
    func follow(step: Int) throws { try average?.update(step: step) }

    /// What goes on with the training beside the kept weights: nothing where they are the trained ones.
    func state() -> [String: Tensor] { average == nil ? [:] : trained.state().named("weights.") }

    /// - Throws: `FileError`, `StateError` for another network's weights.
    func restore(_ checkpoint: Checkpoint, _ continuation: Checkpoint.Continuation) throws {
        try checkpoint.load(into: kept)
        if average != nil { try trained.load(continuation.tensors.under("weights.")) }
    }
}
