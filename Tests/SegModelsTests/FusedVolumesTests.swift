import CKernels
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// The CPU kernels of planned networks' parts against the composed ones in double precision: values and all gradients, for every
/// instruction set.
///
/// Choosing an instruction set is a matter of the process, so each test has one of its own.
struct FusedVolumesTests {
    /// Tiles of three axes cost a digit more than those of planes.
    static func expectSmall(_ differences: [(name: String, share: Double)], _ row: String) {
        for difference in differences {
            #expect(difference.share <= 1e-4, "\(row), \(difference.name): \(difference.share)")
        }
    }

    /// With norms' outputs far from the activation's kink, where a gradient jumps: of 10⁵ activations some would lie within the tiles'
    /// error of it.
    static func twin<Part: Module>(_ make: () throws -> Part) throws -> FusedTwin<Part> {
        try FusedTwin(fused: make(), composed: make(), shift: 4)
    }

    static func level(_ features: Int, kernel: [Int]) -> NetworkLevel {
        NetworkLevel(
            features: features, dropout: 0, kernel: kernel, stride: kernel.map { _ in 1 }, convolutions: 4)
    }

    /// One tensor of inputs.
    @Test func stacks() async {
        await #expect(processExitsWith: .success) {
            // Odd sizes, so that tiles hang over on every axis; depth 1; volumes for tiles and for gathering; anisotropic kernels and
            // strides; few inputs; planes.
            let rows: [(inputs: Int, outputs: Int, sizes: [Int], kernel: [Int], stride: [Int])] = [
                (1, 16, [5, 6, 7], [3, 3, 3], [1, 1, 1]), (3, 32, [4, 5, 6], [3, 3, 3], [2, 2, 2]),
                (16, 32, [5, 11, 19], [3, 3, 3], [1, 1, 1]), (64, 64, [8, 9, 15], [3, 3, 3], [1, 1, 1]),
                (32, 48, [1, 34, 33], [3, 3, 3], [1, 1, 1]), (32, 16, [3, 5, 4], [3, 3, 3], [1, 1, 1]),
                (16, 64, [5, 7, 6], [3, 3, 3], [2, 2, 2]), (16, 16, [4, 9, 6], [1, 3, 3], [1, 2, 2]),
                // A stride larger than the kernel leaves voxels that no tap reaches.
                (16, 32, [4, 9, 8], [1, 3, 3], [2, 2, 2]), (16, 16, [2, 32, 32], [3, 3, 3], [1, 1, 1]),
                (32, 32, [3, 9, 11], [1, 3, 3], [1, 1, 1]), (16, 32, [3, 4, 5], [1, 1, 1], [1, 1, 1]),
                (16, 16, [6, 5, 4], [5, 3, 1], [1, 1, 1]), (1, 16, [9, 14], [3, 3], [1, 1]), (16, 32, [9, 14], [3, 3], [2, 2]),
            ]
            try FusedExecutionTests.forInstructionSets { set in
                for row in rows {
                    for normalization in [NetworkConfiguration.Normalization.instance, .group] {
                        let twin = try FusedVolumesTests.twin {
                            try ConvolutionStack(
                                2, row.inputs, FusedVolumesTests.level(row.outputs, kernel: row.kernel), stride: row.stride,
                                normalization, Generator(seed: 1))
                        }
                        let images = try Tensor.random([2, row.inputs] + row.sizes, seed: 5)
                        let differences = try twin.differences([images], constants: row.inputs < 16 ? 1 : 0) { stack, x, pass in
                            #expect(!pass.fusesUnits || FusedStack(stack.convs, on: [x[0]], pass) != nil)
                            return try stack(x[0], pass)
                        }
                        FusedVolumesTests.expectSmall(differences, "\(set), \(row), \(normalization)")
                    }
                }
            }
        }
    }

    /// Inputs whose channels stand in two tensors, transposed convolutions, heads, residual blocks.
    @Test func decodersAndResidualBlocks() async {
        await #expect(processExitsWith: .success) {
            try FusedExecutionTests.forInstructionSets { set in
                for (channels, sizes, kernel) in [
                    ([32, 16], [5, 13, 9], [3, 3, 3]), ([16, 16], [3, 4, 5], [3, 3, 3]), ([16, 32], [2, 9, 8], [1, 3, 3]),
                    ([16, 16], [9, 10], [3, 3]),
                ] {
                    let twin = try FusedVolumesTests.twin {
                        try ConvolutionStack(
                            2, channels[0] + channels[1], FusedVolumesTests.level(32, kernel: kernel), .instance,
                            Generator(seed: 1))
                    }
                    let inputs = try channels.enumerated().map { try Tensor.random([2, $1] + sizes, seed: UInt64($0)) }
                    let differences = try twin.differences(inputs) { try $0($1[0], joining: $1[1], $2) }
                    FusedVolumesTests.expectSmall(differences, "\(set), joined \(channels), \(sizes)")
                }
                for stride in [[2, 2, 2], [1, 2, 2], [2, 2]] {
                    let up = try FusedTwin { try TransposedConvolution(32, 16, stride: stride, Generator(seed: 1)) }
                    let images = try Tensor.random([2, 32] + stride.map { $0 + 2 }, seed: 5)
                    let differences = try up.differences([images]) { layer, x, pass in
                        if let fused = FusedTransposed(layer, on: x[0], pass) { return try fused(x[0]) }
                        return try layer(x[0], pass.mode)
                    }
                    FusedVolumesTests.expectSmall(differences, "\(set), transposed by \(stride)")
                }
                for (classes, sizes) in [(1, [3, 5, 4]), (3, [4, 4, 5]), (5, [7, 9])] {
                    let head = try FusedTwin {
                        try Convolution.pointwise(32, classes, dimensions: sizes.count, Generator(seed: 1))
                    }
                    let images = try Tensor.random([2, 32] + sizes, seed: 5)
                    let differences = try head.differences([images]) { layer, x, pass in
                        if let fused = FusedHead(layer, on: x[0], pass) { return try fused(x[0]) }
                        return try layer(x[0], pass.mode)
                    }
                    FusedVolumesTests.expectSmall(differences, "\(set), head of \(classes)")
                }
                let block = try FusedVolumesTests.twin {
                    try ResidualBlock(
                        16, FusedVolumesTests.level(32, kernel: [3, 3, 3]), stride: [2, 2, 2], .instance, Generator(seed: 1))
                }
                let images = try Tensor.random([2, 16, 6, 8, 4], seed: 5)
                FusedVolumesTests.expectSmall(try block.differences([images]) { try $0($1[0], $2) }, "\(set), residual block")
            }
        }
    }

    /// One process, so that nobody else sets the number of threads meanwhile.
    @Test func theNumberOfThreadsChangesNoBit() async {
        await #expect(processExitsWith: .success) {
            for (inputs, outputs, stride) in [
                (16, 32, [1, 1, 1]), (64, 64, [1, 1, 1]), (1, 16, [1, 1, 1]), (32, 64, [2, 2, 2]),
            ] {
                let images = try Tensor.random([2, inputs, 6, 13, 14], seed: 5, dtype: .float32)
                let results = try [1, 2, 3].map { threads in
                    try TorchLibrary.setThreadCount(threads)
                    let stack = try ConvolutionStack(
                        2, inputs, FusedVolumesTests.level(outputs, kernel: [3, 3, 3]), stride: stride, .instance,
                        Generator(seed: 1))
                    let output = try stack(images, ForwardPass(.training(Generator(seed: 2)), .fused, of: images))
                    try (output * output).sum().backward()
                    return try [output.bytes()] + stack.parameters.map { try $0.gradient?.bytes() ?? [] }
                }
                #expect(results[1] == results[0], "\(inputs) → \(outputs)")
                #expect(results[2] == results[0], "\(inputs) → \(outputs)")
            }
        }
    }

    /// A convolution, the gradient of its weights and, of sixteen inputs or more, that of its inputs.
    static func results(_ layer: Convolution, _ images: Tensor, _ incoming: Tensor, _ dtype: DType) throws -> [Tensor] {
        let (x, e) = try (PixelImages(images.to(dtype)), PixelImages(incoming.to(dtype)))
        let convolution = try VolumeConvolution(layer, on: [x])
        var found = try [convolution([x]).tensor, convolution.weightGradient(inputs: [x], e)]
        if layer.inputCount >= 16 {
            let gradient = try x.emptyCopy()
            try convolution.inputGradient(e, into: [gradient])
            found.append(gradient.tensor)
        }
        return found
    }

    /// With bfloat16 storage a kernel computes what it does in float32 from the same numbers, and rounds what it stores. By
    /// gathering, weights are among these numbers; where pairs are multiplied, sums are in another order.
    @Test func storageRoundsAndDoesNothingElse() async {
        await #expect(processExitsWith: .success) {
            try FusedExecutionTests.forInstructionSets { set in
                for (inputs, outputs, stride, isGathered) in [
                    (1, 16, 1, true), (16, 32, 1, false), (64, 64, 1, false), (16, 32, 2, true), (48, 64, 2, true),
                ] {
                    let layer = try Convolution(
                        inputs, outputs, kernel: [3, 3, 3], stride: [stride, stride, stride], Generator(seed: 1))
                    let half = try Tensor.random([1, inputs, 6, 14, 18], seed: 1).to(.bfloat16)
                    let incoming = try Tensor.random(
                        [1, outputs, 6 / stride, 14 / stride, 18 / stride], seed: 2
                    ).to(.bfloat16)
                    let found = try FusedVolumesTests.results(layer, half, incoming, .bfloat16)
                    if isGathered {
                        let rounded = try layer.parameters[0].to(.bfloat16).to(.float32)
                        try layer.load(["weight": rounded, "bias": layer.parameters[1].clone()])
                        let same = try FusedVolumesTests.results(layer, half, incoming, .bfloat16)
                        for (a, b) in zip(found, same) { #expect(try a.bytes() == b.bytes(), "\(set), \(inputs) → \(outputs)") }
                    }
                    let expected = try FusedVolumesTests.results(layer, half, incoming, .float32)
                    for (index, (half, full)) in zip(found, expected).enumerated() {
                        let row = "\(set), \(inputs) → \(outputs), stride \(stride), result \(index)"
                        let rounded = try full.to(half.dtype)
                        if isGathered, set == "avx512_bf16" {
                            let largest = try rounded.to(.float64).abs().max().item()
                            let share = half.dtype == .bfloat16 ? 1 / 128.0 : 1e-5
                            #expect(try half.largestDifference(to: rounded) <= share * largest, "\(row)")
                            // Of numbers that are rounded nearly all are the same.
                            let mean = try (half.to(.float64) - rounded.to(.float64)).abs().mean().item()
                            #expect(mean <= 1e-5 * largest, "\(row): \(mean / largest)")
                        } else {
                            #expect(try half.contiguous().bytes() == rounded.contiguous().bytes(), "\(row)")
                        }
                    }
                }
            }
        }
    }

    /// A kernel that cannot have memory is an error that says for what.
    @Test func exhaustedMemory() async {
        await #expect(processExitsWith: .success) {
            for (inputs, outputs, stride) in [(16, 32, 1), (64, 64, 1), (16, 32, 2), (1, 16, 1)] {
                let layer = try Convolution(
                    inputs, outputs, kernel: [3, 3, 3], stride: [stride, stride, stride], Generator(seed: 1))
                let x = try PixelImages(Tensor.random([1, inputs, 6, 14, 16], seed: 1).to(.float32))
                let e = try PixelImages(
                    Tensor.random([1, outputs, 6 / stride, 14 / stride, 16 / stride], seed: 2).to(.float32))
                let convolution = try VolumeConvolution(layer, on: [x])
                try ExhaustedMemoryTests.check("convolution of volumes") { try [convolution([x]).tensor] }
                try ExhaustedMemoryTests.check("its weights") { try [convolution.weightGradient(inputs: [x], e)] }
                guard inputs >= 16 else { continue }
                try ExhaustedMemoryTests.check("its inputs") {
                    let gradient = try x.emptyCopy()
                    try convolution.inputGradient(e, into: [gradient])
                    return [gradient.tensor]
                }
            }
        }
    }
}
