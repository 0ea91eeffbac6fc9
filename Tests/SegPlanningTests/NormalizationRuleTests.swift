import Sampling
import Testing

@testable import SegPlanning

@Suite struct NormalizationRuleTests {
    private static func channel(_ low: Double, _ high: Double, foreground: [Float] = [-100, 0, 100]) -> Fingerprint.Channel {
        Fingerprint.Channel(name: nil, minimum: low, maximum: high, foreground: Intensities(foreground))
    }

    /// Of −100, 0 and 100: mean 0, deviation √(20000/3), percentiles one hundredth of 100 from the ends.
    private static let ct = IntensityNormalization.clip(low: -99, high: 99, mean: 0, deviation: 81.64966)

    static let rows: [(channels: [Fingerprint.Channel], names: [String]?, kept: Double, expected: IntensityNormalization)] = [
        ([channel(0, 900)], nil, 1, .zScore), ([channel(0, 900)], ["MRI"], 0.7, .zScoreNonzero),
        ([channel(0, 900)], ["T1"], 0.75, .zScore), ([channel(-1024, 3000)], nil, 1, ct), ([channel(0, 900)], ["ct"], 1, ct),
        // What its name says goes before what it looks like.
        ([channel(-1024, 3000)], ["MRI"], 1, .zScore),
        ([channel(0, 900), channel(0, 900)], ["T1", "CT"], 1, .channels([.zScore, ct])),
        ([channel(0, 900), channel(0, 9)], ["T1", "T2"], 0.5, .zScoreNonzero),
        ([channel(0, 1)], ["noNorm"], 1, .unchanged), ([channel(0, 255)], ["rgb_to_0_1"], 1, .range(low: 0, high: 255)),
        ([channel(0, 9)], ["rescale_to_0_1"], 1, .percentiles(low: 0, high: 100)),
        // Names of other channels say nothing of these.
        ([channel(0, 900)], ["CT", "PET"], 1, .zScore),
        ([channel(-1024, 3000, foreground: [])], nil, 1, .window(low: -1000, high: 1000)),
    ]

    @Test(arguments: rows)
    func followsTheNameOrTheNumbers(
        _ row: (channels: [Fingerprint.Channel], names: [String]?, kept: Double, expected: IntensityNormalization)
    ) {
        let found = NormalizationRule(row.channels, names: row.names, keptShare: row.kept).choice
        #expect(found.value == row.expected, "\(found.reason)")
        #expect(!found.reason.isEmpty)
    }
}
