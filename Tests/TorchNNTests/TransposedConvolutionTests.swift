import Testing
import Torch
import TorchTestSupport

@testable import TorchNN

struct TransposedConvolutionTests {
    /// `torch.manual_seed(0); torch.nn.ConvTranspose3d(2, 3, (1, 2, 2), (1, 2, 2))` and `torch.nn.ConvTranspose1d(2, 3, 2, 2)`, to
    /// the bit.
    @Test(
        arguments: [
            (
                [1, 2, 2], [-0.0021612588316202164, 0.15485791862010956, -0.2375926673412323], -0.3093435559421778,
                [-0.046529628336429596, 0.030545899644494057, 0.2613884508609772]
            ),
            (
                [2], [-0.0030564817134290934, 0.21900218725204468, -0.3360067903995514], -0.28449112200178206,
                [-0.39001941680908203, -0.2703755497932434, -0.16828937828540802]
            ),
        ] as [([Int], [Float], Double, [Float])])
    func startsWithPyTorchsNumbers(stride: [Int], first: [Float], sum: Double, bias: [Float]) throws {
        let layer = try TransposedConvolution(2, 3, stride: stride, Generator(seed: 0))
        #expect(layer.weight.tensor.shape == [2, 3] + stride && layer.stride == stride)
        let weight: [Float] = try layer.weight.tensor.elements()
        #expect(Array(weight.prefix(3)) == first)
        #expect(abs(weight.reduce(0) { $0 + Double($1) } - sum) < 1e-12)
        let found: [Float] = try layer.bias.tensor.elements()
        #expect(found == bias)
        #expect(layer.namedState().map(\.name) == ["weight", "bias"])
    }

    /// Each pixel becomes a block of its own: Σ over inputs of the pixel times its kernel, and the bias.
    @Test(arguments: [[2], [1, 2], [2, 2], [1, 2, 2], [2, 1, 2]])
    func eachPixelBecomesABlock(stride: [Int]) throws {
        let layer = try TransposedConvolution(2, 3, stride: stride, Generator(seed: 1))
        let sizes = Array([2, 3, 4].prefix(stride.count))
        let images = try Tensor.random([2, 2] + sizes, seed: 2, dtype: .float32)
        let output = try layer(images, .evaluation)
        #expect(output.shape == [2, 3] + zip(sizes, stride).map(*))
        // [B, Cin, 1, pixels, 1] · [1, Cin, Cout, 1, taps]
        let taps = stride.reduce(1, *)
        let products =
            try
            (images.reshaped([2, 2, 1, sizes.reduce(1, *), 1]) * layer.weight.tensor.detached().reshaped([1, 2, 3, 1, taps]))
            .sum([1]) + layer.bias.tensor.detached().reshaped([1, 3, 1, 1])
        let axes = 2..<2 + stride.count
        let order = [0, 1] + axes.flatMap { [$0, $0 + stride.count] }
        let expected = try products.reshaped([2, 3] + sizes + stride).permuted(order).reshaped(output.shape)
        #expect(try output.largestDifference(to: expected) < 1e-5)
    }
}
