import CKernels
import Torch
import TorchNN

/// Convolution units one after another as one step of autograd, by the CPU kernels, on one tensor or on two whose channels stand
/// behind each other.
///
/// Forward keeps the inputs and what each convolution made; norms and the activations between are made again on the way back, which
/// puts the gradients where the convolutions' results were.
struct FusedStack {
    private struct Unit {
        let convolution: Convolution
        let norm: FusedNorm
        let slope: Double
    }

    private let units: [Unit]

    /// Nil where the kernels lack a layer of these units, drop out between them, or do not take such inputs.
    ///
    /// - Parameter inputs: [B, C, …], one or two.
    init?(_ units: [ConvolutionUnit], on inputs: [Tensor], _ pass: ForwardPass) {
        guard pass.fusesUnits, inputs.allSatisfy({ [.float32, .bfloat16].contains($0.dtype) }) else { return nil }
        self.units = units.compactMap { unit in
            guard unit.dropout.probability == 0 || !pass.mode.isTraining, let norm = FusedNorm(unit.norm) else { return nil }
            return Unit(convolution: unit.conv, norm: norm, slope: unit.activates ? ConvolutionUnit.negativeSlope : 1)
        }
        guard self.units.count == units.count, let first = units.first,
            VolumeConvolution.takes(first.conv, channels: inputs.map { $0.shape[1] }),
            units.dropFirst().allSatisfy({ VolumeConvolution.takes($0.conv, channels: [$0.conv.inputCount]) }),
            // There is no kernel for the gradient of a few channels.
            first.conv.inputCount % 16 == 0 || !inputs.contains(where: \.requiresGradient)
        else { return nil }
    }

    /// [B, Cin, …] → [B, Cout, … / stride]
    func callAsFunction(_ inputs: [Tensor]) throws -> Tensor {
        let parameters = units.flatMap { unit in
            [unit.convolution.weight.tensor, unit.convolution.bias?.tensor, unit.norm.weight, unit.norm.bias].compactMap(\.self)
        }
        let (images, activations, output) = try withoutGradient {
            let images = try inputs.map { try PixelImages($0.to(inputs[0].dtype)) }
            var (activations, y): ([FusedActivation], [PixelImages]) = ([], images)
            for unit in units {
                let activation = try FusedActivation(
                    unit.norm, slope: unit.slope, on: VolumeConvolution(unit.convolution, on: y)(y))
                y = [try activation()]
                activations.append(activation)
            }
            return (images, activations, y[0])
        }
        let needsInput = inputs.contains(where: \.requiresGradient)
        return try output.tensor.withBackward(inputs: inputs + parameters) { incoming in
            try backward(images, activations, PixelImages(incoming), needsInput: needsInput)
        }
    }

    /// The gradients of the inputs and of all parameters, in the order of `callAsFunction`.
    private func backward(
        _ images: [PixelImages], _ activations: [FusedActivation], _ incoming: PixelImages, needsInput: Bool
    ) throws -> [Tensor?] {
        var ofParameters: [[Tensor]] = []
        var ofImages = [incoming]
        for (place, unit) in units.enumerated().reversed() {
            let activation = try activations[place].backward(ofImages[0], in: .ofInput)
            ofImages = []
            // The activation before is made again for the weights and gone before the gradient is made: both are of its size.
            let weight = try {
                let inputs = try place == 0 ? images : [activations[place - 1]()]
                return try VolumeConvolution(unit.convolution, on: inputs).weightGradient(inputs: inputs, activation.input)
            }()
            ofParameters.append(
                [weight] + (unit.convolution.bias == nil ? [] : [activation.shift]) + [activation.weight, activation.bias])
            guard place > 0 || needsInput else { continue }
            let alike = place == 0 ? images : [activations[place - 1].input]
            ofImages = try alike.map { try $0.emptyCopy() }
            try VolumeConvolution(unit.convolution, on: alike).inputGradient(activation.input, into: ofImages)
        }
        return (needsInput ? ofImages.map(\.tensor) : images.map { _ in nil }) + ofParameters.reversed().flatMap(\.self)
    }
}
