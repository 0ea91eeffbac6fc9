import Foundation
import Sampling
import SegLosses
import Torch

/// An objective of scores at several resolutions (Lee et al. 2015): the sum of the loss over them, each with half the weight of the
/// one above, Σ 2⁻ⁱ·loss(headᵢ, labelsᵢ) / Σ 2⁻ⁱ, as nnU-Net weighs them.
struct DeepSupervision {
    private let loss: any SegmentationLoss
    /// To which the network pads images.
    private let multiples: [Int]

    init(_ loss: any SegmentationLoss, multiples: [Int]) {
        self.loss = loss
        self.multiples = multiples
    }

    /// - Parameters:
    ///   - heads: [B, classes, …] each, the full resolution first; the others are of the padded images.
    ///   - labels: the batch's, at full resolution, on the heads' device.
    /// - Returns: [], float32.
    func callAsFunction(heads: [Tensor], labels: Tensor, _ batch: Batch) throws -> Tensor {
        let weights = heads.indices.map { exp2(-Double($0)) }
        let sum = weights.reduce(0, +)
        let full = try loss(logits: heads[0], labels: labels) * (weights[0] / sum)
        return try zip(heads, weights).dropFirst().reduce(full) { value, lower in
            let (head, weight) = lower
            let sizes = Array(head.shape.dropFirst(2))
            let labels = try Tensor(batch.labels(at: sizes, multiples: multiples), shape: [batch.count] + sizes)
            return try value + loss(logits: head, labels: labels.to(device: head.device)) * (weight / sum)
        }
    }
}

extension Batch {
    /// Labels at a lower resolution: of each block of pixels the one behind its middle, which of the nearest ones is that of
    /// PyTorch's `nearest-exact`.
    ///
    /// - Parameters:
    ///   - sizes: of the lower resolution of the images padded to `multiples`; what lies in the padding is ignored.
    ///   - multiples: to which a network pads.
    /// - Returns: [B, …] of `sizes`.
    func labels(at sizes: [Int], multiples: [Int]) -> [UInt8] {
        let lengths = size.lengths
        let places = zip(lengths, zip(sizes, multiples)).map { length, lower in
            let (count, multiple) = lower
            let factor = (length + multiple - 1) / multiple * multiple / count
            return (0..<count).map { $0 * factor + factor / 2 }
        }
        // Planes are volumes of one plane.
        let planes = places.count == 3 ? places[0] : [0]
        let depth = lengths.count == 3 ? lengths[0] : 1
        let (height, width) = (lengths[lengths.count - 2], lengths[lengths.count - 1])
        let (rows, columns) = (places[places.count - 2], places[places.count - 1])
        var result: [UInt8] = []
        result.reserveCapacity(count * planes.count * rows.count * columns.count)
        for sample in 0..<count {
            for plane in planes {
                for row in rows {
                    let start = ((sample * depth + plane) * height + row) * width
                    let isInside = plane < depth && row < height
                    for column in columns {
                        result.append(isInside && column < width ? labels[start + column] : LabelMap.ignored)
                    }
                }
            }
        }
        return result
    }
}
