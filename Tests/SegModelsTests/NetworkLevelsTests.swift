import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegModels

/// Networks of any number of levels, for planes and volumes.
struct NetworkLevelsTests {
    struct Variant: CustomTestStringConvertible, Sendable {
        let architecture: NetworkConfiguration.Architecture
        let dimensions: Int
        let levels: Int
        var normalization = NetworkConfiguration.Normalization.group
        var testDescription: String { "\(architecture), \(dimensions)-D, \(levels) levels, \(normalization)" }

        func network(execution: Execution = .fused) throws -> any SegmentationNetwork {
            try NetworkConfiguration(
                architecture: architecture, dimensions: dimensions, features: (0..<levels).map { 8 << $0 },
                dropout: Array(repeating: 0, count: levels), normalization: normalization, execution: execution
            ).makeNetwork(channels: 2, classes: 3, generator: Generator(seed: 1))
        }
    }

    static let variants = NetworkConfiguration.Architecture.allCases.flatMap { architecture in
        [(2, 2), (2, 3), (2, 6), (3, 2), (3, 3), (3, 4)].map { dimensions, levels in
            Variant(architecture: architecture, dimensions: dimensions, levels: levels)
        }
    }

    // MARK: Sizes

    @Test(arguments: variants, [[8, 8, 8], [9, 12, 11], [1, 1, 1], [3, 17, 8]])
    func theOutputHasTheSizeOfTheInput(variant: Variant, size: [Int]) throws {
        let network = try variant.network()
        let size = size.suffix(variant.dimensions)
        let output = try network(.random([2, 2] + size, seed: 5, dtype: .float32), .evaluation)
        #expect(output.shape == [2, 3] + size)
        #expect(try output.isFinite().min().itemAsInt() == 1)
    }

    /// Padding repeats the border behind, below and on the right.
    @Test(arguments: NetworkConfiguration.Architecture.allCases)
    func volumesArePaddedAndCropped(architecture: NetworkConfiguration.Architecture) throws {
        let network = try Variant(architecture: architecture, dimensions: 3, levels: 3).network()
        let volumes = try Tensor.random([1, 2, 3, 8, 6], seed: 5, dtype: .float32)
        let deep = try Tensor.concatenated([volumes, volumes.narrowed(2, 2..<3)], 2)
        let padded = try Tensor.concatenated([deep] + Array(repeating: deep.narrowed(4, 5..<6), count: 2), 4)
        #expect(padded.shape == [1, 2, 4, 8, 8])
        let expected = try network.fittingForward(padded, .evaluation).narrowed(2, 0..<3).narrowed(4, 0..<6)
        #expect(try network(volumes, .evaluation).largestDifference(to: expected) == 0)
    }

    @Test(arguments: [[2, 8, 8], [1, 3, 4, 8, 8], [1, 2, 8, 8], [1, 2, 0, 8, 8]])
    func otherInputsAreRefused(shape: [Int]) throws {
        let network = try Variant(architecture: .unet, dimensions: 3, levels: 2).network()
        #expect {
            try network(.zeros(shape), .evaluation)
        } throws: { error in
            "\(error)" == "the network takes images of shape [B, 2, D, H, W], found \(shape)"
        }
    }

    // MARK: State

    @Test(arguments: NetworkConfiguration.Architecture.allCases, [2, 3])
    func childrenAreNumbered(architecture: NetworkConfiguration.Architecture, dimensions: Int) throws {
        let network = try Variant(architecture: architecture, dimensions: dimensions, levels: 3).network()
        var found: [String] = []
        for name in network.namedState().map({ String($0.name.prefix { $0 != "." }) }) where found.last != name {
            found.append(name)
        }
        let expected =
            switch architecture {
            case .coplenet: ["in_conv", "down1", "down2", "bridge0", "bridge1", "up1", "up2", "aspp", "out_conv"]
            case .unet: ["in_conv", "down1", "down2", "up1", "up2", "out_conv"]
            case .plainConvUNet, .residualEncoderUNet: ["encoder", "decoder"]
            }
        #expect(found == expected)
    }

    /// Counted by hand: Σ over blocks of 27·Cin·Cout + 27·Cout² + 6·Cout, over enlargements of Cin·Cout + Cout, and 27·8·3 + 3.
    @Test func parametersOfAUNetOfVolumes() throws {
        let network = try NetworkConfiguration(
            architecture: .unet, dimensions: 3, features: [8, 16, 24, 32], dropout: [0, 0, 0, 0]
        ).makeNetwork(channels: 2, classes: 3, generator: Generator(seed: 1))
        #expect(network.parameterCount == 162_155)
    }

    static let trained = NetworkConfiguration.Architecture.allCases.flatMap { architecture in
        NetworkConfiguration.Normalization.allCases.map {
            Variant(architecture: architecture, dimensions: 3, levels: 3, normalization: $0)
        } + [Variant(architecture: architecture, dimensions: 2, levels: 2)]
    }

    @Test(arguments: trained)
    func gradientsReachEveryParameter(variant: Variant) throws {
        let network = try variant.network()
        try network.moveNorms()
        let size = [8, 12, 8].suffix(variant.dimensions)
        let output = try network(
            .random([2, 2] + size, seed: 5, dtype: .float32), .training(Generator(seed: 1)))
        try (output * Tensor.random(output.shape, seed: 6, dtype: .float32)).sum().backward()
        for entry in network.scoredParameters {
            let gradient = try #require(entry.tensor.gradient, "\(entry.name)")
            #expect(try gradient.isFinite().min().itemAsInt() == 1, "\(entry.name)")
            // A shift just before a normalisation has no effect, so that biases may have the gradient 0.
            if entry.tensor.rank > 2 { #expect(try gradient.abs().max().item() > 0, "\(entry.name)") }
        }
    }

    // MARK: Planes and volumes

    /// A volume of one plane is surrounded by zeros: of each kernel only the middle of the depth counts.
    @Test(arguments: NetworkConfiguration.Architecture.allCases, NetworkConfiguration.Normalization.allCases)
    func aVolumeOfOnePlaneIsAPlane(
        architecture: NetworkConfiguration.Architecture, normalization: NetworkConfiguration.Normalization
    ) throws {
        func network(dimensions: Int, strides: [[Int]]?) throws -> any SegmentationNetwork {
            try NetworkConfiguration(
                architecture: architecture, dimensions: dimensions, features: [8, 16, 32], dropout: [0, 0, 0], strides: strides,
                normalization: normalization, execution: .composed
            ).makeNetwork(channels: 2, classes: 3, generator: Generator(seed: 1))
        }
        let volumes = try network(dimensions: 3, strides: [[1, 1, 1], [1, 2, 2], [1, 2, 2]])
        let planes = try network(dimensions: 2, strides: nil)
        #expect(volumes.sizeMultiples == [1, 4, 4])
        try planes.load(
            volumes.state().mapValues { $0.rank == 5 ? try $0.selected(2, $0.shape[2] / 2).contiguous() : $0 })
        let images = try Tensor.random([2, 2, 9, 12], seed: 5, dtype: .float32)
        let output = try volumes(images.unsqueezed(2), .evaluation)
        #expect(output.shape == [2, 3, 1, 9, 12])
        #expect(try output.squeezed(2).largestDifference(to: planes(images, .evaluation)) < 1e-4)
    }

    /// Kernels and strides of 1 along the depth look at each plane by itself, unless a norm looks at all.
    @Test func flatKernelsKeepPlanesApart() throws {
        func configuration(_ dimensions: Int, kernels: [[Int]]?, strides: [[Int]]?) -> NetworkConfiguration {
            NetworkConfiguration(
                architecture: .unet, dimensions: dimensions, features: [8, 16, 24], dropout: [0, 0, 0], kernels: kernels,
                strides: strides, normalization: .batch)
        }
        let volumes = try configuration(
            3, kernels: Array(repeating: [1, 3, 3], count: 3), strides: [[1, 1, 1], [1, 2, 2], [1, 2, 2]]
        ).makeNetwork(channels: 1, classes: 2, generator: Generator(seed: 1))
        let planes = try configuration(2, kernels: nil, strides: nil).makeNetwork(
            channels: 1, classes: 2, generator: Generator(seed: 1))
        try planes.load(volumes.state().mapValues { $0.rank == 5 ? try $0.squeezed(2) : $0 })
        let images = try Tensor.random([5, 1, 8, 12], seed: 5, dtype: .float32)
        let stacked = try images.permuted([1, 0, 2, 3]).unsqueezed(0)  // [1, 1, 5, 8, 12]
        let output = try volumes(stacked, .evaluation).squeezed(0).permuted([1, 0, 2, 3])
        #expect(try output.largestDifference(to: planes(images, .evaluation)) < 1e-4)
    }

    // MARK: Who computes

    /// Where a level is not as the kernels have it, its parts are composed among fused ones.
    @Test(arguments: NetworkConfiguration.Architecture.allCases)
    func partsWithoutKernelsAreComposed(architecture: NetworkConfiguration.Architecture) throws {
        let images = try Tensor.random([2, 1, 16, 24], seed: 5, dtype: .float32)
        let results = try Execution.allCases.map { execution in
            let network = try NetworkConfiguration(
                architecture: architecture, features: [16, 32, 64, 128], dropout: [0, 0, 0, 0],
                kernels: [[3, 3], [3, 3], [1, 5], [3, 3]], strides: [[1, 1], [2, 2], [2, 1], [1, 2]], execution: execution
            ).makeNetwork(channels: 1, classes: 3, generator: Generator(seed: 1))
            return try network(images, .evaluation)
        }
        #expect(try results[0].largestDifference(to: results[1]) < 1e-4)
    }

    @Test func kernelsTakeImagesOnly() throws {
        func isFused(_ shape: [Int], _ execution: Execution = .fused, _ dtype: DType = .float32) throws -> Bool {
            try ForwardPass(.evaluation, execution, of: .zeros(shape, dtype: dtype)).isFused
        }
        #expect(try isFused([1, 2, 4, 4]))
        #expect(try isFused([1, 2, 4, 4], .fused, .bfloat16))
        #expect(try !isFused([1, 2, 4, 4], .composed))
        #expect(try !isFused([1, 2, 4, 4], .fused, .float64))
        #expect(try !isFused([1, 2, 4, 4, 4]))
        #expect(try !isFused([0, 2, 4, 4]))
    }

    @Test(arguments: NetworkConfiguration.Architecture.allCases, NetworkConfiguration.Normalization.allCases)
    func volumesInBFloat16StayClose(
        architecture: NetworkConfiguration.Architecture, normalization: NetworkConfiguration.Normalization
    ) throws {
        let network = try Variant(architecture: architecture, dimensions: 3, levels: 2, normalization: normalization).network()
        let volumes = try Tensor.random([1, 2, 5, 8, 8], seed: 5, dtype: .float32)
        let wide = try network(volumes, .evaluation)
        let narrow = try network.logits(volumes, .evaluation, in: .bfloat16)
        #expect(narrow.dtype == .float32)
        #expect(try Tensor.totalNorm([narrow - wide]).item() < 0.05 * Tensor.totalNorm([wide]).item())
        try narrow.sum().backward()
    }
}
