import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// A part of a network twice, with equal parameters: by the fused kernels in float32, and composed in float64.
struct FusedTwin<Part: Module> {
    let fused: Part
    let composed: Part

    /// - Parameter shift: how far the norms' outputs are shifted, half of the channels to either side of 0.
    init(fused: Part, composed: Part, shift: Double = 0) throws {
        self.fused = fused
        self.composed = composed
        var isOfNorm = false
        // Norms start at 1 and 0, biases small: random ones show more.
        for (index, (one, other)) in zip(fused.namedState(), composed.namedState()).enumerated() where one.isParameter {
            let isWeight = one.name.hasSuffix("weight")
            if isWeight { isOfNorm = one.tensor.rank == 1 }
            if one.tensor.rank == 1 {
                let values = try Tensor.random(one.tensor.shape, seed: UInt64(index)).to(.float32)
                let sides = try values.greater(0).to(.float32) * 2 - 1
                let start = try isWeight ? Tensor.ones(sides.shape) : sides * (isOfNorm ? shift : 0)
                try withoutGradient { try one.tensor.copyInPlace(from: values * 0.3 + start) }
            }
            try other.tensor.setDataInPlace(one.tensor.detached().to(.float64))
        }
    }

    init(_ make: () throws -> Part) throws { try self.init(fused: make(), composed: make()) }

    /// The output and the gradients of all inputs but the first `constants` and of all parameters, with Σ output·(random numbers)
    /// as the loss.
    static func pass(
        _ part: Part, _ inputs: [Tensor], constants: Int = 0, _ run: (Part, [Tensor]) throws -> Tensor
    ) throws -> [(name: String, tensor: Tensor)] {
        for parameter in part.parameters { try parameter.gradient?.fillInPlace(0) }
        let leaves = try inputs.enumerated().map { index, input in
            let leaf = try input.clone()
            if index >= constants { try leaf.setRequiresGradient() }
            return leaf
        }
        let output = try run(part, leaves)
        try (output * Tensor.random(output.shape, seed: 77).to(output.dtype)).sum().backward()
        let gradients =
            leaves.dropFirst(constants).enumerated().map { ("input \($0)", $1.gradient) }
            + scored(part).map { ($0.name, $0.tensor.gradient) }
        return try [("output", output)] + gradients.map { try ($0, #require($1, "\($0)").clone()) }
    }

    /// The parameters that have a gradient: of a network those that its scores depend on.
    private static func scored(_ part: Part) -> [Module.StateEntry] {
        (part as? any SegmentationNetwork)?.scoredParameters ?? part.namedState().filter(\.isParameter)
    }

    /// Runs both on the same inputs and returns for the output and each gradient the largest difference as a share of the largest
    /// value.
    func differences(
        _ inputs: [Tensor], constants: Int = 0, _ run: (Part, [Tensor], ForwardPass) throws -> Tensor
    ) throws -> [(name: String, share: Double)] {
        func pass(_ part: Part, _ execution: Execution, _ dtype: DType) throws -> [(name: String, tensor: Tensor)] {
            try Self.pass(part, inputs.map { try $0.to(dtype) }, constants: constants) { part, leaves in
                try run(part, leaves, ForwardPass(.evaluation, execution, of: leaves[0]))
            }
        }
        let expected = try pass(composed, .composed, .float64)
        let found = try pass(fused, .fused, .float32)
        let scale = try expected.map { try $0.tensor.abs().max().item() }
        let floor = 1e-2 * (scale.max() ?? 0)
        return try zip(zip(found, expected), scale).map { pair, largest in
            // Some gradients are 0 up to rounding: a shift before a norm has no effect.
            (pair.0.name, try pair.0.tensor.largestDifference(to: pair.1.tensor) / max(largest, floor))
        }
    }
}
