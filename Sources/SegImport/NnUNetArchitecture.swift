import DurableFiles
import Foundation
import SegModels

/// The network that plans describe: the arguments of dynamic-network-architectures' class, or in plans of before 2.4 keys of their own.
struct NnUNetArchitecture {
    let configuration: NetworkConfiguration

    private static let architectures: [String: NetworkConfiguration.Architecture] = [
        "PlainConvUNet": .plainConvUNet, "ResidualEncoderUNet": .residualEncoderUNet,
    ]

    /// - Parameters:
    ///   - description: nil for older plans.
    ///   - member: a key of the configuration.
    /// - Throws: `FileError` for a network of another kind, with the key that says so.
    init(_ description: JSONNode?, dimensions: Int, _ member: (String) throws -> JSONNode) throws {
        let (name, arguments, kernels, strides): (JSONNode, JSONNode?, JSONNode, JSONNode)
        let (features, blocks, decoderBlocks): ([Int], [Int], [Int])
        if let description {
            let found = try description.member("arch_kwargs")
            (name, arguments) = (try description.member("network_class_name"), found)
            (kernels, strides) = (try found.member("kernel_sizes"), try found.member("strides"))
            features = try found.member("features_per_stage").wholeNumbers()
            blocks = try (found.value("n_blocks_per_stage") ?? found.member("n_conv_per_stage")).wholeNumbers()
            decoderBlocks = try found.member("n_conv_per_stage_decoder").wholeNumbers()
            if let stages = try found.value("n_stages"), try stages.wholeNumber() != features.count {
                throw stages.mismatch("\(features.count), as many as features_per_stage has")
            }
        } else {
            (name, arguments) = (try member("UNet_class_name"), nil)
            (kernels, strides) = (try member("conv_kernel_sizes"), try member("pool_op_kernel_sizes"))
            let (first, most) = (
                try member("UNet_base_num_features").wholeNumber(), try member("unet_max_num_features").wholeNumber()
            )
            features = try kernels.elements().indices.map { min(most, first << min($0, 16)) }
            blocks = try member("n_conv_per_stage_encoder").wholeNumbers()
            decoderBlocks = try member("n_conv_per_stage_decoder").wholeNumbers()
        }
        let last = try name.text().split(separator: ".").last.map { String($0) } ?? ""
        guard let architecture = Self.architectures[last] else {
            throw name.mismatch(Self.architectures.keys.sorted().joined(separator: " or "))
        }
        if let arguments { try Self.requireUsual(arguments) }
        configuration = NetworkConfiguration(
            architecture: architecture, dimensions: dimensions, features: features,
            dropout: Array(repeating: 0, count: features.count), kernels: try kernels.elements().map { try $0.wholeNumbers() },
            strides: try strides.elements().map { try $0.wholeNumbers() }, blocks: blocks, decoderBlocks: decoderBlocks,
            deepSupervision: true, normalization: .instance)
        do {
            try configuration.validate()
        } catch let error as NetworkConfigurationError {
            throw FileError(name.url, "describes a network that cannot be built here", reason: "\(error)")
        }
    }

    /// What our networks have, whatever plans could say.
    private static func requireUsual(_ arguments: JSONNode) throws {
        for (key, end) in [("norm_op", "InstanceNorm"), ("nonlin", "LeakyReLU")] {
            let found = try arguments.member(key)
            let name = try found.text().split(separator: ".").last.map { String($0) } ?? ""
            guard name.hasPrefix(end) else { throw found.mismatch(end) }
        }
        if let bias = try arguments.value("conv_bias"), !bias.isTrue { throw bias.mismatch("true") }
        if let dropout = try arguments.value("dropout_op") { throw dropout.mismatch("null") }
        if let epsilon = try arguments.value("norm_op_kwargs")?.value("eps"), try epsilon.number() != 1e-5 {
            throw epsilon.mismatch("1e-05")
        }
        if let affine = try arguments.value("norm_op_kwargs")?.value("affine"), !affine.isTrue { throw affine.mismatch("true") }
        if let slope = try arguments.value("nonlin_kwargs")?.value("negative_slope"), try slope.number() != 0.01 {
            throw slope.mismatch("0.01")
        }
        for key in ["squeeze_excitation", "nonlin_first"] {
            if let found = try arguments.value(key), found.isTrue { throw found.mismatch("false") }
        }
    }
}
