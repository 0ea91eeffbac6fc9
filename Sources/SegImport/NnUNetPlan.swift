import DurableFiles
import Foundation
import Sampling
import SegModels

/// One configuration of a `plans.json`, as far as predictions need it.
///
/// Source: nnU-Net v2, `PlansManager` and `ConfigurationManager`; plans of before 2.4 describe their network by other keys.
struct NnUNetPlan {
    /// Such as `3d_fullres`.
    let name: String
    let network: NetworkConfiguration
    let patch: [Int]
    let batchSize: Int
    /// In mm, along the axes of the patch.
    let spacing: [Double]
    let normalization: IntensityNormalization
    let plane: AnatomicalPlane

    /// - Parameters:
    ///   - plans: the whole file.
    ///   - channels: of the images.
    /// - Throws: `FileError` that names the key of what is not understood here.
    init(_ name: String, in plans: JSONNode, channels: Int) throws {
        self.name = name
        let all = try plans.member("configurations")
        guard all.find(name) != nil else {
            throw FileError(
                plans.file, "cannot be used",
                reason: "it has no configuration '\(name)', but " + (try all.members().map(\.name).joined(separator: ", ")))
        }
        let parts = try Self.inherited(name, all)
        func find(_ key: String) -> JSONNode? { parts.lazy.compactMap { $0.find(key) }.first }
        func member(_ key: String) throws -> JSONNode { try find(key) ?? parts[0].member(key) }

        if let previous = find("previous_stage") {
            throw previous.error(expected: "none: a stage of a cascade, which sees the labels of another, cannot be imported")
        }
        patch = try member("patch_size").ints()
        guard [2, 3].contains(patch.count), patch.allSatisfy({ $0 > 0 }) else {
            throw try member("patch_size").error(expected: "two or three sizes")
        }
        batchSize = try member("batch_size").int()
        spacing = try member("spacing").numbers()
        try Self.requireResampling(find)
        normalization = try Self.normalization(
            try member("normalization_schemes"), masks: try member("use_mask_for_norm"), plans, channels: channels)
        plane = try Self.plane(plans)
        network = try NnUNetArchitecture(find("architecture"), dimensions: patch.count, member).configuration
    }

    /// The configuration and those that it inherits from, the nearest first.
    private static func inherited(_ name: String, _ all: JSONNode) throws -> [JSONNode] {
        var parts = [try all.member(name)]
        while let parent = parts[parts.count - 1].find("inherits_from") {
            // Longer chains are circles.
            guard parts.count < 16 else { throw parent.error(expected: "no circle of configurations") }
            parts.append(try all.member(parent.text()))
        }
        return parts
    }

    /// Splines for images and lines for scores are what is computed here.
    private static func requireResampling(_ find: (String) -> JSONNode?) throws {
        for (key, order) in [("resampling_fn_data", 3), ("resampling_fn_probabilities", 1)] {
            if let function = find(key), try function.text() != "resample_data_or_seg_to_shape" {
                throw function.error(expected: "'resample_data_or_seg_to_shape'")
            }
            guard let arguments = find(key + "_kwargs") else { continue }
            if let found = arguments.find("order"), try found.int() != order { throw found.error(expected: "\(order)") }
            if let found = arguments.find("order_z"), try found.int() != 0 { throw found.error(expected: "0") }
            if let found = arguments.find("force_separate_z") { throw found.error(expected: "null") }
        }
    }

    private static func normalization(
        _ schemes: JSONNode, masks: JSONNode, _ plans: JSONNode, channels: Int
    ) throws -> IntensityNormalization {
        let (schemes, masks) = (try schemes.elements(), try masks.elements())
        guard schemes.count == channels, masks.count == channels else {
            throw FileError(
                plans.file, "cannot be used",
                reason: "it normalises \(schemes.count) channels, and dataset.json has \(channels)")
        }
        let all = try zip(schemes, masks).enumerated().map { channel, pair -> IntensityNormalization in
            let (scheme, mask) = pair
            switch try scheme.text() {
            case "ZScoreNormalization": return mask.isTrue ? .zScoreNonzero : .zScore
            case "NoNormalization": return .unchanged
            case "RGBTo01Normalization": return .range(low: 0, high: 255)
            case "CTNormalization":
                let key = "foreground_intensity_properties_per_channel"
                let found = try plans.member(key).member(String(channel))
                return .clip(
                    low: Float(try found.member("percentile_00_5").number()),
                    high: Float(try found.member("percentile_99_5").number()), mean: Float(try found.member("mean").number()),
                    deviation: Float(max(try found.member("std").number(), 1e-8)))
            default:
                throw scheme.error(
                    expected: "ZScoreNormalization, CTNormalization, NoNormalization or RGBTo01Normalization")
            }
        }
        return Set(all).count == 1 ? all[0] : .channels(all)
    }

    /// The order of axes, which begins with the coarsest.
    private static func plane(_ plans: JSONNode) throws -> AnatomicalPlane {
        if let reader = plans.find("image_reader_writer"), try reader.text().hasSuffix("Reorient") {
            throw reader.error(expected: "a reader that keeps the order of the file's axes, such as SimpleITKIO")
        }
        let transpose = try plans.member("transpose_forward")
        switch try transpose.ints() {
        case [0, 1, 2]: return .file
        case [1, 0, 2]: return .fileY
        case [2, 0, 1]: return .fileX
        default: throw transpose.error(expected: "[0, 1, 2], [1, 0, 2] or [2, 0, 1]")
        }
    }
}
