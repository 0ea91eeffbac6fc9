import RunTestSupport
import SegConfiguration
import SegInference
import SegModels
import Torch
import TorchNN
import TorchTestSupport

/// Checkpoints whose weights show every part of a network: a fresh one has norms that do nothing, biases of 0, and residual blocks that
/// pass their input on.
enum RandomCheckpoint {
    static func make(_ configuration: RunConfiguration, channels: Int = 1, seed: UInt64 = 1) throws -> Checkpoint {
        let checkpoint = try TinyCheckpoint.make(configuration, channels: channels)
        let network = try checkpoint.makeNetwork()
        try randomize(network, seed: seed)
        return Checkpoint(manifest: checkpoint.manifest, weights: network.state())
    }

    static func randomize(_ network: any SegmentationNetwork, seed: UInt64) throws {
        for (index, entry) in network.namedState().enumerated() where entry.tensor.dtype == .float32 {
            let values = try Tensor.random(entry.tensor.shape, seed: 1000 * seed + UInt64(index), dtype: .float32)
            let isScale = entry.tensor.rank == 1 && (entry.name.hasSuffix("weight") || entry.name.hasSuffix("var"))
            let spread = entry.tensor.rank == 1 ? 0.2 : 1.4 / Double(entry.tensor.shape.dropFirst().reduce(1, *)).squareRoot()
            let change = values * spread
            try entry.tensor.setDataInPlace(isScale ? change.abs() + 0.8 : change)
        }
    }
}
