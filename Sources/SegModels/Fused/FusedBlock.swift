import CKernels
import Torch
import TorchNN

/// A whole block of two convolutions as one step of autograd, by the CPU kernels.
///
/// Forward keeps the input, what both convolutions made and the activation between them; norms, dropout's mask and the last
/// activation are made again on the way back.
struct FusedBlock {
    private let convolutions: [Convolution]
    private let norms: [GroupNorm]
    private let slope: Double
    private let dropout: Double
    private let excitation: SqueezeExcitation.Weights?
    private let addsInput: Bool

    /// Nil where the kernels lack a layer or a number of channels of this block.
    ///
    /// - Parameter addsInput: whether the input is added to what the layers make.
    init?(_ block: Sequential, addsInput: Bool) {
        let layers = block.layers
        guard let first = layers[0] as? Convolution, let firstNorm = layers[1] as? GroupNorm,
            let activation = layers[2] as? LeakyReLU,
            let dropout = layers[3] as? Dropout, let second = layers[4] as? Convolution, let secondNorm = layers[5] as? GroupNorm,
            [first, second].allSatisfy({
                $0.isPlain(kernel: 3) && ck_convolves(Int64($0.inputCount), Int64($0.outputCount))
            })
        else { return nil }
        convolutions = [first, second]
        norms = [firstNorm, secondNorm]
        slope = activation.negativeSlope
        self.dropout = dropout.probability
        excitation = layers.count > 7 ? (layers[7] as? SqueezeExcitation)?.weights : nil
        self.addsInput = addsInput
    }

    /// Whether backward can make the gradient that this input asks for: there is no kernel for that of a few channels.
    func takes(_ input: Tensor) -> Bool { input.shape[1] % 16 == 0 || !input.requiresGradient }

    /// [B, Cin, H, W] → [B, Cout, H, W]
    func callAsFunction(_ input: Tensor, _ mode: ForwardMode) throws -> Tensor {
        let parameters =
            zip(convolutions, norms).flatMap { convolution, norm in
                [convolution.weight.tensor, convolution.bias?.tensor, norm.weight.tensor, norm.bias.tensor].compactMap(\.self)
            } + (excitation?.parameters ?? [])
        let pass = try withoutGradient { try forward(PixelImages(input), mode) }
        guard isRecordingGradient else { return pass.output.tensor }
        let needsInput = input.requiresGradient
        return try pass.output.tensor.withBackward(inputs: [input] + parameters) { incoming in
            try backward(pass.saved, PixelImages(incoming), needsInput: needsInput)
        }
    }

    /// What forward keeps for backward.
    private struct Saved {
        let input: PixelImages
        let first: FusedActivation
        let between: PixelImages
        let second: FusedActivation
        let excitation: FusedExcitation?
    }

    private func forward(_ input: PixelImages, _ mode: ForwardMode) throws -> (output: PixelImages, saved: Saved) {
        var drops: FusedActivation.Dropout?
        if case .training(let generator, let part) = mode, dropout > 0 {
            drops = .init(probability: dropout, seed: try generator.bits(), imagesBefore: part.index * input.count)
        }
        let first = try FusedActivation(
            norms[0], slope: slope, on: FusedConvolution(convolutions[0], on: input)(input), dropout: drops)
        let between = try first()
        let second = try FusedActivation(norms[1], slope: slope, on: FusedConvolution(convolutions[1], on: between)(between))
        let excitation = try excitation.map { try second.excitation($0) }
        let output = try second(excitation, adding: addsInput ? input : nil)
        return (output, Saved(input: input, first: first, between: between, second: second, excitation: excitation))
    }

    /// The gradients of the input and of all parameters, in the order of `callAsFunction`.
    private func backward(_ saved: Saved, _ incoming: PixelImages, needsInput: Bool) throws -> [Tensor?] {
        let second = try saved.second.backward(incoming, saved.excitation)
        let secondConvolution = try FusedConvolution(convolutions[1], on: saved.between)
        let secondWeight = try secondConvolution.weightGradient(input: saved.between, second.input)
        let between = try secondConvolution.inputGradient(second.input, adding: nil)

        let first = try saved.first.backward(between, in: .ofIncoming)
        let firstConvolution = try FusedConvolution(convolutions[0], on: saved.input)
        let firstWeight = try firstConvolution.weightGradient(input: saved.input, first.input)
        let input = try needsInput ? firstConvolution.inputGradient(first.input, adding: addsInput ? incoming : nil) : nil
        return [
            input?.tensor, firstWeight, first.shift, first.weight, first.bias, secondWeight, second.shift, second.weight,
            second.bias,
        ] + (saved.excitation?.gradients ?? [])
    }
}
