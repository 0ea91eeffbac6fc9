import Testing
import Torch
import TorchTestSupport

@testable import TorchNN

struct ConvolutionTests {
    /// `torch.manual_seed(0); torch.nn.Conv2d(3, 4, 3)`, to the bit.
    @Test func startsWithPyTorchsNumbers() throws {
        let layer = try Convolution(3, 4, kernel: [3, 3], Generator(seed: 0))
        let weight: [Float] = try layer.weight.tensor.elements()
        #expect(
            weight.prefix(5) == [
                -0.0014408392598852515, 0.10323861986398697, -0.15839511156082153, -0.14163152873516083, -0.07412299513816833,
            ])
        #expect(weight.last == -0.1484476625919342)
        #expect(abs(weight.reduce(0) { $0 + Double($1) } + 0.7475195649312809) < 1e-12)
        let bias: [Float] = try #require(layer.bias).tensor.elements()
        #expect(bias == [-0.01060392428189516, 0.028895428404211998, -0.07881414145231247, 0.1141955703496933])
    }

    /// `torch.manual_seed(7); torch.nn.Conv2d(16, 32, 1)`
    @Test func startsWithPyTorchsNumbersAtAnotherSize() throws {
        let layer = try Convolution(16, 32, kernel: [1, 1], Generator(seed: 7))
        let weight: [Float] = try layer.weight.tensor.elements()
        #expect(weight.prefix(3) == [0.017461270093917847, -0.150598406791687, 0.07960584759712219])
        #expect(abs(weight.reduce(0) { $0 + Double($1) } + 1.2067154347896576) < 1e-12)
        let bias: [Float] = try #require(layer.bias).tensor.elements()
        #expect(bias.prefix(4) == [0.15280401706695557, -0.15236493945121765, 0.2006034553050995, 0.14138555526733398])
    }

    @Test(arguments: [(1, 1), (3, 1), (3, 2), (3, 6), (5, 1), (5, 3)], [[7, 9], [1, 1], [2, 13]])
    func keepsTheSize(kernel: (Int, Int), size: [Int]) throws {
        let layer = try Convolution(2, 3, kernel: [kernel.0, kernel.0], dilation: kernel.1, Generator(seed: 1))
        let output = try layer(.ones([2, 2] + size), .evaluation)
        #expect(output.shape == [2, 3] + size)
    }

    /// `torch.manual_seed(0); torch.nn.Conv3d(2, 3, (1, 3, 3))` and `torch.nn.Conv1d(2, 3, 3)`
    @Test(
        arguments: [
            (
                [1, 3, 3], [-0.0017646604683250189, 0.12644097208976746, -0.19399359822273254], -0.6255482046399266,
                [0.15803514420986176, -0.13878203928470612, 0.043921709060668945]
            ),
            (
                [3], [-0.0030564817134290934, 0.21900218725204468, -0.3360067903995514], -0.6916992862243205,
                [-0.276768296957016, -0.17777696251869202, 0.14828276634216309]
            ),
        ] as [([Int], [Float], Double, [Float])])
    func startsWithPyTorchsNumbersInAllDimensions(kernel: [Int], first: [Float], sum: Double, bias: [Float]) throws {
        let layer = try Convolution(2, 3, kernel: kernel, Generator(seed: 0))
        #expect(layer.weight.tensor.shape == [3, 2] + kernel)
        let weight: [Float] = try layer.weight.tensor.elements()
        #expect(Array(weight.prefix(3)) == first)
        #expect(abs(weight.reduce(0) { $0 + Double($1) } - sum) < 1e-12)
        let found: [Float] = try #require(layer.bias).tensor.elements()
        #expect(found == bias)
    }

    @Test(arguments: [([3], [7]), ([5], [2]), ([1, 3], [4, 5]), ([3, 3, 3], [2, 5, 4]), ([1, 3, 5], [1, 2, 3])], [1, 2])
    func keepsTheSizeAlongEveryAxis(_ sizes: (kernel: [Int], image: [Int]), dilation: Int) throws {
        let layer = try Convolution(2, 3, kernel: sizes.kernel, dilation: dilation, Generator(seed: 1))
        #expect(layer.kernel == sizes.kernel && layer.inputCount == 2 && layer.outputCount == 3)
        #expect(try layer(.ones([2, 2] + sizes.image), .evaluation).shape == [2, 3] + sizes.image)
    }

    /// Of what a stride of 1 gives, a stride keeps every so many along its axis, from the first on.
    @Test(arguments: [[1, 1, 2], [2, 2, 2], [1, 2, 1]], [[1, 3, 3], [3, 3, 3], [1, 1, 1]])
    func aStrideTakesEverySecond(stride: [Int], kernel: [Int]) throws {
        let dense = try Convolution(2, 3, kernel: kernel, Generator(seed: 1))
        let strided = try Convolution(2, 3, kernel: kernel, stride: stride, Generator(seed: 1))
        let images = try Tensor.random([2, 2, 4, 5, 6], seed: 2, dtype: .float32)
        let expected = try (0..<3).reduce(dense(images, .evaluation)) { scores, axis in
            let kept = Array(Swift.stride(from: 0, to: images.shape[2 + axis], by: stride[axis]))
            return try scores.indexSelected(2 + axis, Tensor(kept.map(Int64.init)))
        }
        #expect(try strided(images, .evaluation).largestDifference(to: expected) < 1e-5)
    }

    @Test func pointwiseIsAKernelOfOne() throws {
        #expect(try Convolution.pointwise(2, 3, dimensions: 3, Generator(seed: 1)).weight.tensor.shape == [3, 2, 1, 1, 1])
    }

    /// The centre of the kernel alone copies the image, at any dilation; a neighbour shifts it.
    @Test(arguments: [1, 2, 3])
    func looksAtNeighboursAtItsDilation(dilation: Int) throws {
        let layer = try Convolution(1, 1, kernel: [3, 3], dilation: dilation, bias: false, Generator(seed: 1))
        let image = try Tensor.random([1, 1, 8, 8], seed: 2, dtype: .float32)
        try withoutGradient {
            try layer.weight.tensor.fillInPlace(0)
            try layer.weight.tensor.selected(2, 1).selected(2, 1).fillInPlace(1)
        }
        #expect(try layer(image, .evaluation).largestDifference(to: image) == 0)
        try withoutGradient {
            try layer.weight.tensor.fillInPlace(0)
            try layer.weight.tensor.selected(2, 1).selected(2, 2).fillInPlace(1)
        }
        let expected = try image.padded([-dilation, dilation])
        #expect(try layer(image, .evaluation).largestDifference(to: expected) == 0)
    }

    @Test func theBiasIsOptional() throws {
        let layer = try Convolution(1, 2, kernel: [1, 1], bias: false, Generator(seed: 1))
        #expect(layer.bias == nil)
        #expect(layer.namedState().map(\.name) == ["weight"])
        #expect(try Convolution(1, 2, kernel: [1, 1], Generator(seed: 1)).namedState().map(\.name) == ["weight", "bias"])
    }

    @Test func anEvenKernelTraps() async {
        await #expect(processExitsWith: .failure) { _ = try Convolution(1, 1, kernel: [3, 2], Generator(seed: 1)) }
    }
}
