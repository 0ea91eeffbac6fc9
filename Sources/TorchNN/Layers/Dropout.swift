import Torch

/// In training, sets each element to 0 with probability p and scales the others by 1/(1 − p).
public final class Dropout: Module, Layer {
    public let probability: Double

    /// - Precondition: 0 ≤ p < 1.
    public init(_ probability: Double) {
        precondition((0..<1).contains(probability), "a dropout probability lies in [0, 1), found \(probability)")
        self.probability = probability
    }

    public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        guard case .training(let generator, let part) = mode, probability > 0 else { return input }
        let images = input.shape[0]
        let drawn = try Tensor.empty(
            [images * part.count] + input.shape.dropFirst(), dtype: input.dtype, device: input.device)
        try drawn.bernoulliInPlace(1 - probability, generator)
        let kept = try drawn.narrowed(0, part.index * images..<(part.index + 1) * images)
        try kept.multiplyInPlace(by: 1 / (1 - probability))
        return try input.multiplied(by: kept)
    }

    /// Nothing, in evaluation.
    public func describe(_ input: NetworkGraph.Value, in graph: inout NetworkGraph) throws -> NetworkGraph.Value {
        input
    }
}
