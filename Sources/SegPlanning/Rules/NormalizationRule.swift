import Foundation
import Sampling

/// How the intensities of each channel become a network's, by the channel's name, or by what they look like where it has none.
///
/// `CT` is clipped to the middle 99 % of the foreground, then brought to its mean and deviation: Hounsfield units mean the same in
/// every scan. All else is brought to mean 0 and deviation 1 in each image; over what is not 0 where cropping to that takes more
/// than a quarter of a case away. `noNorm`, `rescale_to_0_1` and `rgb_to_0_1` are nnU-Net's words.
///
/// Source: nnU-Net, `get_normalization_scheme`.
struct NormalizationRule {
    let choice: Choice<IntensityNormalization>

    /// - Parameters:
    ///   - names: of the channels; nil where nobody says them.
    ///   - keptShare: median over the cases of the share of voxels that cropping leaves.
    init(_ channels: [Fingerprint.Channel], names: [String]?, keptShare: Double) {
        let masks = keptShare < 0.75
        let known = names.flatMap { $0.count == channels.count ? $0 : nil }
        let rules = channels.enumerated().map { number, channel in
            Self.rule(channel, name: known?[number], masks: masks)
        }
        let isUniform = rules.dropFirst().allSatisfy { $0.value == rules[0].value }
        let reasons = rules.enumerated().map { number, rule in
            rules.count == 1 ? rule.reason : "channel \(number): \(rule.reason)"
        }
        choice =
            isUniform
            ? Choice(rules[0].value, rules[0].reason)
            : Choice(.channels(rules.map(\.value)), reasons.joined(separator: "; "))
    }

    private static func rule(_ channel: Fingerprint.Channel, name: String?, masks: Bool) -> Choice<IntensityNormalization> {
        let called = name.map { "the channel is called \($0)" }
        switch name?.lowercased() {
        case "ct": return ct(channel, "the channel is called CT")
        case "nonorm": return Choice(.unchanged, "\(called ?? ""): intensities stay as they are")
        case "rescale_to_0_1": return Choice(.percentiles(low: 0, high: 100), "\(called ?? ""): each image's own range")
        case "rgb_to_0_1": return Choice(.range(low: 0, high: 255), "\(called ?? ""): bytes, divided by 255")
        case nil where channel.looksLikeHounsfield:
            return ct(
                channel,
                String(
                    format: "intensities are %g to %g, which looks like CT in Hounsfield units", channel.minimum, channel.maximum)
            )
        default:
            let words =
                called
                ?? String(
                    format: "intensities are %g to %g, a scale that may differ from scan to scan", channel.minimum,
                    channel.maximum)
            return masks
                ? Choice(
                    .zScoreNonzero,
                    words + ": mean 0 and deviation 1 over what is not 0 in each image, since zeros are more than a quarter")
                : Choice(.zScore, words + ": mean 0 and deviation 1 in each image")
        }
    }

    private static func ct(_ channel: Fingerprint.Channel, _ words: String) -> Choice<IntensityNormalization> {
        guard let foreground = channel.foreground, foreground.percentile005 < foreground.percentile995 else {
            return Choice(.window(low: -1000, high: 1000), "\(words); no foreground tells more; narrow the window to your tissue")
        }
        return Choice(
            .clip(
                low: Float(foreground.percentile005), high: Float(foreground.percentile995), mean: Float(foreground.mean),
                deviation: Float(max(foreground.standardDeviation, 1e-8))),
            "\(words): clipped to the middle 99 % of the foreground, then its mean and deviation, the same for every scan")
    }
}

extension Fingerprint.Channel {
    /// Air and bone.
    var looksLikeHounsfield: Bool { minimum <= -500 && maximum >= 100 }
}
