import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// Whole networks by the CPU kernels: against the composed ones, and with weights of another layout.
struct FusedNetworkTests {
    /// Outputs agree to 10⁻⁵ of their norm, gradients to 10⁻³: five and twenty times what float32's rounding leaves.
    ///
    /// At a kink of an activation or a tie in a pooling the gradient jumps, and of 10⁵ activations a few lie within rounding of
    /// one, each worth up to a hundredth of a gradient. So the norms' outputs are shifted by ±4, half of the channels to either
    /// side of 0, and the composed form is asked whether that is enough: parameters that are moved by 10⁻⁶, which changes results
    /// about thirty times as much as rounding does, must change no gradient by as much as the tolerance.
    @Test(arguments: NetworkConfiguration.Architecture.allCases, [1, 3])
    func networksAgree(architecture: NetworkConfiguration.Architecture, channels: Int) throws {
        func network(_ execution: Execution) throws -> Module {
            try NetworkConfiguration(architecture: architecture, execution: execution).makeNetwork(
                channels: channels, classes: 3, generator: Generator(seed: 1))
        }
        let twin = try FusedTwin<Module>(fused: network(.fused), composed: network(.composed), shift: 4)
        func pass(_ network: Module, _ images: Tensor) throws -> [(name: String, tensor: Tensor)] {
            try FusedTwin.pass(network, [images], constants: 1) { network, x in
                let network = try #require(network as? any SegmentationNetwork)
                return try network(x[0], .evaluation)
            }
        }
        let images = try Tensor.random([2, channels, 32, 48], seed: 5)
        let expected = try pass(twin.composed, images)
        for (index, parameter) in twin.composed.parameters.enumerated() {
            let step = try Tensor.random(parameter.shape, seed: UInt64(index)) * 1e-6
            try parameter.setDataInPlace(parameter.detached() + step)
        }
        let near = try pass(twin.composed, images)
        let found = try pass(twin.fused, images.to(.float32))
        for (index, (name, tensor)) in expected.enumerated() {
            let norm = try Tensor.totalNorm([tensor]).item()
            func share(_ other: Tensor) throws -> Double { try Tensor.totalNorm([other.to(.float64) - tensor]).item() / norm }
            #expect(try share(near[index].tensor) < 1e-3, "a kink is near, \(name)")
            #expect(try share(found[index].tensor) < (name == "output" ? 1e-5 : 1e-3), "\(name)")
        }
    }

    /// Weights may lie channels-last too: libtorch likes them so.
    @Test(arguments: NetworkConfiguration.Architecture.allCases)
    func theLayoutOfTheWeightsDoesNotMatter(architecture: NetworkConfiguration.Architecture) throws {
        let images = try Tensor.random([1, 3, 32, 16], seed: 5, dtype: .float32)
        let results = try [MemoryFormat.contiguous, .channelsLast].map { format in
            // But for the ASPP's convolutions, every part is a kernel's, and the bits are the same.
            let network = try NetworkConfiguration(architecture: architecture).makeNetwork(
                channels: 3, classes: 2, generator: Generator(seed: 1))
            for entry in network.namedState() where entry.tensor.rank == 4 && !entry.name.hasPrefix("aspp") {
                try entry.tensor.setDataInPlace(entry.tensor.detached().contiguous(format))
            }
            let output = try network(images, .evaluation)
            try (output * output).sum().backward()
            let gradients = try network.scoredParameters.map { try #require($0.tensor.gradient, "\($0.name)").bytes() }
            return try (output.bytes(), gradients)
        }
        #expect(results[0].0 == results[1].0)
        #expect(results[0].1 == results[1].1)
    }
}
