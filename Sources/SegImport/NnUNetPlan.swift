import DurableFiles
import Foundation
import Sampling
import SegModels

/// One configuration of a `plans.json`, as far as predictions need it.
///
/// Source: nnU-Net v2, `PlansManager` and `ConfigurationManager`; plans of before 2.4 describe their network by other keys.
struct NnUNetPlan {
    /// Of the file.
    let url: URL
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
        url = plans.url
        let all = try plans.member("configurations")
        guard try all.value(name) != nil else {
            throw FileError(
                plans.url, "cannot be used",
                reason: "it has no configuration '\(name)', but " + (try all.members().map(\.key).joined(separator: ", ")))
        }
        let parts = try Self.inherited(name, all)
        func find(_ key: String) throws -> JSONNode? {
            for part in parts { if let found = try part.value(key) { return found } }
            return nil
        }
        func member(_ key: String) throws -> JSONNode { try find(key) ?? parts[0].member(key) }

        if let previous = try find("previous_stage") {
            throw previous.mismatch("none: a stage of a cascade, which sees the labels of another, cannot be imported")
        }
        patch = try member("patch_size").wholeNumbers()
        guard [2, 3].contains(patch.count), patch.allSatisfy({ $0 > 0 }) else {
            throw try member("patch_size").mismatch("two or three sizes")
        }
        batchSize = try member("batch_size").wholeNumber()
        spacing = try member("spacing").numbers()
        guard spacing.count == patch.count, spacing.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw try member("spacing").mismatch("\(patch.count) lengths above 0 mm, one for each size of patch_size")
        }
        try Self.requireResampling(find)
        normalization = try Self.normalization(
            try member("normalization_schemes"), masks: try member("use_mask_for_norm"), plans, channels: channels)
        plane = try Self.plane(plans)
        network = try NnUNetArchitecture(find("architecture"), dimensions: patch.count, member).configuration
        let multiples = (0..<patch.count).map { axis in (network.strides ?? []).reduce(1) { $0 * $1[axis] } }
        guard zip(patch, multiples).allSatisfy({ $0 % $1 == 0 }) else {
            let words = multiples.map(String.init).joined(separator: ", ")
            throw try member("patch_size").mismatch("multiples of [\(words)], the product of the network's strides")
        }
    }

    /// The configuration and those that it inherits from, the nearest first.
    private static func inherited(_ name: String, _ all: JSONNode) throws -> [JSONNode] {
        var parts = [try all.member(name)]
        while let parent = try parts[parts.count - 1].value("inherits_from") {
            // Longer chains are circles.
            guard parts.count < 16 else { throw parent.mismatch("no circle of configurations") }
            parts.append(try all.member(parent.text()))
        }
        return parts
    }

    /// Splines for images and lines for scores are what is computed here.
    private static func requireResampling(_ find: (String) throws -> JSONNode?) throws {
        for (key, order) in [("resampling_fn_data", 3), ("resampling_fn_probabilities", 1)] {
            if let function = try find(key), try function.text() != "resample_data_or_seg_to_shape" {
                throw function.mismatch("'resample_data_or_seg_to_shape'")
            }
            guard let arguments = try find(key + "_kwargs") else { continue }
            if let found = try arguments.value("order"), try found.wholeNumber() != order { throw found.mismatch("\(order)") }
            if let found = try arguments.value("order_z"), try found.wholeNumber() != 0 { throw found.mismatch("0") }
            if let found = try arguments.value("force_separate_z") { throw found.mismatch("null") }
        }
    }

    private static func normalization(
        _ schemes: JSONNode, masks: JSONNode, _ plans: JSONNode, channels: Int
    ) throws -> IntensityNormalization {
        let (schemes, masks) = (try schemes.elements(), try masks.elements())
        guard schemes.count == channels, masks.count == channels else {
            throw FileError(
                plans.url, "cannot be used",
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
                throw scheme.mismatch(
                    "ZScoreNormalization, CTNormalization, NoNormalization or RGBTo01Normalization")
            }
        }
        return Set(all).count == 1 ? all[0] : .channels(all)
    }

    /// The order of axes, which begins with the coarsest.
    private static func plane(_ plans: JSONNode) throws -> AnatomicalPlane {
        if let reader = try plans.value("image_reader_writer"), try reader.text().hasSuffix("Reorient") {
            throw reader.mismatch("a reader that keeps the order of the file's axes, such as SimpleITKIO")
        }
        let transpose = try plans.member("transpose_forward")
        switch try transpose.wholeNumbers() {
        case [0, 1, 2]: return .file
        case [1, 0, 2]: return .fileY
        case [2, 0, 1]: return .fileX
        default: throw transpose.mismatch("[0, 1, 2], [1, 0, 2] or [2, 0, 1]")
        }
    }
}
