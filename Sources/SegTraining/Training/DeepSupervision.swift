import Foundation
import SegLosses
import Torch

/// An objective of scores at several resolutions (Lee et al. 2015): the sum of the loss over them, each with half the weight of the
/// one above, Σ 2⁻ⁱ·loss(headᵢ, labelsᵢ) / Σ 2⁻ⁱ, as nnU-Net weighs them.
struct DeepSupervision {
    private let loss: any SegmentationLoss

    init(_ loss: any SegmentationLoss) { self.loss = loss }

    /// - Parameters:
    ///   - heads: [B, classes, …] each, the full resolution first; one or more.
    ///   - targets: of each of them.
    ///   - shares: what part of a whole each of them is; 1 unless said.
    /// - Returns: [], float32.
    func callAsFunction(heads: [Tensor], targets: [Targets], shares: [Double]? = nil) throws -> Tensor {
        let weights = heads.indices.map { exp2(-Double($0)) }
        let sum = weights.reduce(0, +)
        let parts = try heads.indices.map { level in
            let value = try loss(logits: heads[level], targets: targets[level])
            let weight = weights[level] / sum * (shares?[level] ?? 1)
            return weight == 1 ? value : value * weight
        }
        return parts.dropFirst().reduce(parts[0]) { $0 + $1 }
    }
}
