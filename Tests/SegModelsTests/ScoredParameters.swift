import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

extension SegmentationNetwork {
    /// Moves the scales and shifts of norms off their start: where a residual block's last norm is 0, nothing before it has a gradient.
    func moveNorms() throws {
        for (index, entry) in namedState().enumerated() where entry.isParameter && entry.tensor.rank == 1 {
            try withoutGradient {
                try entry.tensor.addInPlace(.random(entry.tensor.shape, seed: UInt64(index), dtype: .float32), scale: 0.1)
            }
        }
    }

    /// The parameters that scores at full resolution depend on: all but those of heads of lower resolutions.
    var scoredParameters: [StateEntry] {
        let heads = namedState().filter { $0.name.hasPrefix("decoder.seg_layers.") }
        let lower = Set(heads.dropLast(2).map(\.name))
        return namedState().filter { $0.isParameter && !lower.contains($0.name) }
    }
}
