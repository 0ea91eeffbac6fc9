import Testing

@testable import SegMetrics

struct StatisticsTests {
    /// scipy 1.17.1 `norm.ppf`.
    @Test(
        arguments: [
            (0.5, 0), (0.025, -1.9599639845400545), (0.9, 1.2815515655446004), (1e-3, -3.090232306167813),
            (1e-12, -7.034483825301131), (0.6, 0.2533471031357997), (0, -.infinity), (1, .infinity),
        ] as [(Double, Double)])
    func normalQuantile(_ p: Double, _ expected: Double) {
        let found = NormalDistribution.quantile(p)
        #expect(found == expected || abs(found - expected) < 1e-13 * abs(expected))
        #expect(abs(NormalDistribution.cumulative(found) - p) < 1e-15)
    }

    /// scipy 1.17.1 `t.ppf((1 + share) / 2, degrees)`.
    @Test(
        arguments: [
            (1, 0.95, 12.706204736174694), (2, 0.9, 2.9199855803537242), (5, 0.95, 2.5705818356363146),
            (9, 0.99, 3.2498355415921254), (51, 0.95, 2.007583770315836), (400, 0.5, 0.6751035842407486),
        ] as [(Int, Double, Double)])
    func studentDeviate(_ degrees: Int, _ share: Double, _ expected: Double) {
        let distribution = StudentDistribution(degrees: degrees)
        let found = distribution.deviate(holding: share)
        #expect(abs(found - expected) < 1e-9 * expected, "\(found)")
        #expect(abs(distribution.share(within: expected) - share) < 1e-10)
    }

    @Test func holmStepsDown() {
        // By hand: 0.01·4, 0.02·3, max(0.03·2, 0.06), max(0.04·1, 0.06).
        #expect(HolmCorrection.adjust([0.03, 0.01, nil, 0.04, 0.02]) == [0.06, 0.04, nil, 0.06, 0.06])
        #expect(HolmCorrection.adjust([0.6, 0.7]) == [1, 1])
        #expect(HolmCorrection.adjust([nil]) == [nil])
    }

    @Test func meanAndDeviationOverSeeds() {
        let three = MeanAndDeviation([70, nil, 72, 74])
        #expect(three.count == 3 && three.mean == 72 && three.deviation == 2)
        #expect(MeanAndDeviation([5]).deviation == nil)
        #expect(MeanAndDeviation([]).mean == nil)
    }

    @Test func pairedDifferences() throws {
        let found = PairedDifferences([(0.5, 0.75), (0.25, 0.75), (nil, 1), (0.5, 0.5), (0.5, 0.25)])
        #expect(found.count == 4 && found.undefined == 1 && found.mean == 0.125)
        // Differences ¼, ½, 0, −¼: variance (1/64 + 9/64 + 1/64 + 9/64) / 3.
        let dz = try #require(found.cohenDz)
        #expect(abs(dz - 0.125 / (20.0 / 64 / 3).squareRoot()) < 1e-15)
        #expect(found.wilcoxon?.count == 3)
        #expect(found.rankBiserial == (4.5 - 1.5) / 6)
        let same = PairedDifferences([(1, 2), (2, 3)])
        #expect(same.cohenDz == nil && same.mean == 1)
        #expect(PairedDifferences([]).wilcoxon == nil)
    }
}
