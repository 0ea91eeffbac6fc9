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
        }
        #expect(network.channelCount == 3)
        #expect(network.classCount == 5)
        #expect(network.sizeMultiple == 16)
    }

    @Test(arguments: [
        (NetworkConfiguration(features: []), "features: expected five positive multiples of 8, found []"),
        (
            NetworkConfiguration(features: [8, 16, 32, 64]),
            "features: expected five positive multiples of 8, found [8, 16, 32, 64]"
        ),
        (
            NetworkConfiguration(features: [4, 8, 16, 32, 64]),
            "features: expected five positive multiples of 8, found [4, 8, 16, 32, 64]"
        ),
        (
            NetworkConfiguration(features: [0, 0, 0, 0, 0]),
            "features: expected five positive multiples of 8, found [0, 0, 0, 0, 0]"
        ),
        (
            NetworkConfiguration(features: [-8, 8, 8, 8, 8]),
            "features: expected five positive multiples of 8, found [-8, 8, 8, 8, 8]"
        ),
        (
            NetworkConfiguration(features: [8, 8, 8, 8, 8]),
            "features: expected each twice the one before for coplenet, found [8, 8, 8, 8, 8]"
        ),
        (NetworkConfiguration(dropout: [0.5]), "dropout: expected five probabilities in [0, 1), found [0.5]"),
        (
            NetworkConfiguration(dropout: [0, 0, 0, 0, 1]),
            "dropout: expected five probabilities in [0, 1), found [0.0, 0.0, 0.0, 0.0, 1.0]"
        ),
        (
            NetworkConfiguration(dropout: [0, 0, 0, 0, -0.1]),
            "dropout: expected five probabilities in [0, 1), found [0.0, 0.0, 0.0, 0.0, -0.1]"
        ),
        (
            NetworkConfiguration(dropout: [0, 0, 0, 0, .nan]),
            "dropout: expected five probabilities in [0, 1), found [0.0, 0.0, 0.0, 0.0, nan]"
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
        let data = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(NetworkConfiguration.self, from: data) == configuration)
    }

    /// As checkpoints of before there was a choice have it.
    @Test func aConfigurationWithoutExecutionIsFused() throws {
        let text =
            #"{"architecture": "coplenet", "features": [16, 32, 64, 128, 256], "dropout": [0, 0, 0.3, 0.4, 0.5], "normalization": "group"}"#
        let configuration = try JSONDecoder().decode(NetworkConfiguration.self, from: Data(text.utf8))
        #expect(configuration == NetworkConfiguration(execution: .fused))
    }
}
