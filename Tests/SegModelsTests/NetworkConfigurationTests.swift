import Foundation
import TestSupport
import Testing
import Torch

@testable import SegModels

struct NetworkConfigurationTests {
    @Test func theDefaultIsThePapersNetwork() throws {
        let configuration = NetworkConfiguration()
        #expect(configuration.architecture == .coplenet)
        #expect(configuration.features == [16, 32, 64, 128, 256])
        #expect(configuration.dropout == [0, 0, 0.3, 0.4, 0.5])
        #expect(configuration.normalization == .group)
        try configuration.validate()
    }

    @Test(arguments: NetworkConfiguration.Architecture.allCases)
    func theArchitectureDecidesTheType(architecture: NetworkConfiguration.Architecture) throws {
        let configuration = NetworkConfiguration(architecture: architecture, features: [8, 16, 32, 64, 128])
        let network = try configuration.makeNetwork(channels: 3, classes: 5, generator: Generator(seed: 1))
        switch architecture {
        case .coplenet: #expect(network is CopleNet)
        case .unet: #expect(network is UNet)
        case .plainConvUNet: #expect(network is DynamicUNet<PlainEncoder>)
        case .residualEncoderUNet: #expect(network is DynamicUNet<ResidualEncoder>)
        }
        #expect(network.channelCount == 3)
        #expect(network.classCount == 5)
        #expect(network.sizeMultiples == [16, 16])
    }

    @Test(arguments: [
        (NetworkConfiguration(features: []), "features: expected 2 to 8 positive multiples of 8, found []"),
        (
            NetworkConfiguration(architecture: .unet, features: Array(repeating: 8, count: 9)),
            "features: expected 2 to 8 positive multiples of 8, found [8, 8, 8, 8, 8, 8, 8, 8, 8]"
        ),
        (NetworkConfiguration(features: [8]), "features: expected 2 to 8 positive multiples of 8, found [8]"),
        (
            NetworkConfiguration(features: [8, 16, 32, 64]),
            "dropout: expected 4 probabilities in [0, 1), one for each of the features, found [0.0, 0.0, 0.3, 0.4, 0.5]"
        ),
        (
            NetworkConfiguration(features: [4, 8, 16, 32, 64]),
            "features: expected 2 to 8 positive multiples of 8, found [4, 8, 16, 32, 64]"
        ),
        (
            NetworkConfiguration(features: [0, 0, 0, 0, 0]),
            "features: expected 2 to 8 positive multiples of 8, found [0, 0, 0, 0, 0]"
        ),
        (
            NetworkConfiguration(features: [-8, 8, 8, 8, 8]),
            "features: expected 2 to 8 positive multiples of 8, found [-8, 8, 8, 8, 8]"
        ),
        (
            NetworkConfiguration(features: [8, 8, 8, 8, 8]),
            "features: expected each twice the one before for coplenet, found [8, 8, 8, 8, 8]"
        ),
        (
            NetworkConfiguration(dropout: [0.5]),
            "dropout: expected 5 probabilities in [0, 1), one for each of the features, found [0.5]"
        ),
        (
            NetworkConfiguration(dropout: [0, 0, 0, 0, 1]),
            "dropout: expected 5 probabilities in [0, 1), one for each of the features, found [0.0, 0.0, 0.0, 0.0, 1.0]"
        ),
        (
            NetworkConfiguration(dropout: [0, 0, 0, 0, -0.1]),
            "dropout: expected 5 probabilities in [0, 1), one for each of the features, found [0.0, 0.0, 0.0, 0.0, -0.1]"
        ),
        (
            NetworkConfiguration(dropout: [0, 0, 0, 0, .nan]),
            "dropout: expected 5 probabilities in [0, 1), one for each of the features, found [0.0, 0.0, 0.0, 0.0, nan]"
        ),
        (NetworkConfiguration(dimensions: 1), "dimensions: expected 2 or 3, found 1"),
        (NetworkConfiguration(dimensions: 4), "dimensions: expected 2 or 3, found 4"),
        (
            NetworkConfiguration(features: [8, 16], dropout: [0, 0], kernels: [[3, 3]]),
            "kernels: expected 2 lists of 2 numbers of 1, 3, 5, 7, found [[3, 3]]"
        ),
        (
            NetworkConfiguration(dimensions: 3, features: [8, 16], dropout: [0, 0], kernels: [[1, 3, 3], [3, 3]]),
            "kernels: expected 2 lists of 3 numbers of 1, 3, 5, 7, found [[1, 3, 3], [3, 3]]"
        ),
        (
            NetworkConfiguration(features: [8, 16], dropout: [0, 0], kernels: [[3, 3], [2, 2]]),
            "kernels: expected 2 lists of 2 numbers of 1, 3, 5, 7, found [[3, 3], [2, 2]]"
        ),
        (
            NetworkConfiguration(features: [8, 16], dropout: [0, 0], strides: [[1, 1], [2, 3]]),
            "strides: expected 2 lists of 2 numbers of 1 and 2, of 1 alone in the first, found [[1, 1], [2, 3]]"
        ),
        (
            NetworkConfiguration(features: [8, 16], dropout: [0, 0], strides: [[1, 2], [2, 2]]),
            "strides: expected 2 lists of 2 numbers of 1 and 2, of 1 alone in the first, found [[1, 2], [2, 2]]"
        ),
        (
            NetworkConfiguration(architecture: .plainConvUNet, features: [8, 16], dropout: [0, 0], blocks: [2]),
            "blocks: expected a list of 2 whole numbers from 1 to 32, one for each of the features, found [2]"
        ),
        (
            NetworkConfiguration(architecture: .residualEncoderUNet, features: [8, 16], dropout: [0, 0], blocks: [0, 33]),
            "blocks: expected a list of 2 whole numbers from 1 to 32, one for each of the features, found [0, 33]"
        ),
        (
            NetworkConfiguration(architecture: .plainConvUNet, features: [8, 16], dropout: [0, 0], decoderBlocks: [2, 2]),
            "decoder_blocks: expected a list of 1 whole numbers from 1 to 32, one for each level but the lowest, found [2, 2]"
        ),
        (
            NetworkConfiguration(architecture: .unet, blocks: [2, 2, 2, 2, 2]),
            "blocks: expected plain_conv_unet or residual_encoder_unet (network.architecture), as unet has none, found [2, 2, 2, 2, 2]"
        ),
        (
            NetworkConfiguration(decoderBlocks: [2, 2, 2, 2]),
            "decoder_blocks: expected plain_conv_unet or residual_encoder_unet (network.architecture), as coplenet has none, found [2, 2, 2, 2]"
        ),
        (
            NetworkConfiguration(deepSupervision: true),
            "deep_supervision: expected plain_conv_unet or residual_encoder_unet (network.architecture), as coplenet has none, found true"
        ),
    ])
    func whatMakesNoNetwork(configuration: NetworkConfiguration, message: String) throws {
        let generator = try Generator(seed: 1)
        #expect(messageThrown { try configuration.validate() } == message)
        #expect(messageThrown { _ = try configuration.makeNetwork(channels: 1, classes: 2, generator: generator) } == message)
    }

    @Test func aConfigurationIsStored() throws {
        let configuration = NetworkConfiguration(
            architecture: .unet, features: [8, 8, 8, 8, 8], dropout: [0, 0, 0, 0, 0.1], normalization: .batch,
            execution: .composed)
        let volumes = NetworkConfiguration(
            architecture: .unet, dimensions: 3, features: [8, 16], dropout: [0, 0.1], kernels: [[1, 3, 3], [3, 3, 3]],
            strides: [[1, 1, 1], [1, 2, 2]], normalization: .instance)
        let residual = NetworkConfiguration(
            architecture: .residualEncoderUNet, dimensions: 3, features: [8, 16], dropout: [0, 0], blocks: [1, 3],
            decoderBlocks: [1], deepSupervision: true, normalization: .instance)
        for configuration in [configuration, volumes, residual] {
            let data = try JSONEncoder().encode(configuration)
            #expect(try JSONDecoder().decode(NetworkConfiguration.self, from: data) == configuration)
        }
    }

    /// As checkpoints of before there was a choice have it.
    @Test func aConfigurationWithoutNewerKeysIsFusedAndForPlanes() throws {
        let text =
            #"{"architecture": "coplenet", "features": [16, 32, 64, 128, 256], "dropout": [0, 0, 0.3, 0.4, 0.5], "normalization": "group"}"#
        let configuration = try JSONDecoder().decode(NetworkConfiguration.self, from: Data(text.utf8))
        #expect(configuration == NetworkConfiguration(dimensions: 2, deepSupervision: false, execution: .fused))
    }

    /// nnU-Net's numbers where nothing is said.
    @Test func blocksAreNNUNets() {
        func configuration(_ architecture: NetworkConfiguration.Architecture) -> NetworkConfiguration {
            NetworkConfiguration(
                architecture: architecture, features: [8, 8, 8, 8, 8, 8], dropout: [0, 0, 0, 0, 0, 0])
        }
        #expect(configuration(.plainConvUNet).encoderBlocks == [2, 2, 2, 2, 2, 2])
        #expect(configuration(.plainConvUNet).blocksOfDecoder == [2, 2, 2, 2, 2])
        #expect(configuration(.residualEncoderUNet).encoderBlocks == [1, 3, 4, 6, 6, 6])
        #expect(configuration(.residualEncoderUNet).blocksOfDecoder == [1, 1, 1, 1, 1])
    }

    /// By hand: 8 features on 8×8 and 16 on 4×4 pixels of 2 images, 4 bytes each, times the convolutions that see neighbours there.
    @Test(
        arguments: [
            (NetworkConfiguration.Architecture.unet, nil, nil, 2 * 4 * (4 * 8 * 64 + 2 * 16 * 16)),
            (.plainConvUNet, [1, 3], [2], 2 * 4 * (3 * 8 * 64 + 3 * 16 * 16)),
            (.residualEncoderUNet, [1, 3], nil, 2 * 4 * (3 * 8 * 64 + 6 * 16 * 16)),
        ] as [(NetworkConfiguration.Architecture, [Int]?, [Int]?, Int)])
    func aStepKeepsTheInputsOfConvolutions(
        architecture: NetworkConfiguration.Architecture, blocks: [Int]?, decoderBlocks: [Int]?, bytes: Int
    ) {
        let configuration = NetworkConfiguration(
            architecture: architecture, features: [8, 16], dropout: [0, 0], blocks: blocks, decoderBlocks: decoderBlocks)
        #expect(configuration.leastTrainingBytes(batch: 2, sizes: [7, 8], dtype: .float32) == bytes)
    }

    @Test(arguments: [
        (NetworkConfiguration(), [16, 16]),
        (NetworkConfiguration(features: [8, 16, 32], dropout: [0, 0, 0]), [4, 4]),
        (NetworkConfiguration(dimensions: 3, features: [8, 16], dropout: [0, 0]), [2, 2, 2]),
        (
            NetworkConfiguration(
                dimensions: 3, features: [8, 16, 32], dropout: [0, 0, 0], strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2]]),
            [2, 4, 4]
        ),
    ])
    func multiplesAreTheProductsOfTheStrides(configuration: NetworkConfiguration, multiples: [Int]) throws {
        #expect(configuration.sizeMultiples == multiples)
        let network = try configuration.makeNetwork(channels: 1, classes: 2, generator: Generator(seed: 1))
        #expect(network.sizeMultiples == multiples)
    }
}
