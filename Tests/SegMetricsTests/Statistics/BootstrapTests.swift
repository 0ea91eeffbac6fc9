import Randomness
import TestSupport
import Testing

@testable import SegMetrics

struct BootstrapTests {
    static let dice = [
        0.81, 0.74, 0.92, 0.38, 0.66, 0.71, 0.88, 0.59, 0.77, 0.95, 0.12, 0.83, 0.69, 0.90, 0.79, 0.85, 0.61, 0.73, 0.94, 0.57,
    ]

    private func ratio(_ sums: [Double]) -> [Double?] { [sums[1] > 0 ? sums[0] / sums[1] : nil] }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: Bootstrap.Method
        let units: [[Double]]
        let low: Double
        let high: Double
    }

    private static let ratios = (1...20).map { k in [3 * k + 5 * (k % 3), 10 + 2 * k + 7 * (k % 4)].map(Double.init) }

    /// scipy 1.17.1 `bootstrap(…, n_resamples=200000, paired=True)` of the mean and of a ratio of sums.
    static let rows = [
        Row(testDescription: "mean", method: .percentile, units: dice.map { [$0, 1] }, low: 0.6290, high: 0.8010),
        Row(testDescription: "mean", method: .bca, units: dice.map { [$0, 1] }, low: 0.6110, high: 0.7910),
        Row(testDescription: "ratio", method: .percentile, units: ratios, low: 0.76297, high: 1.00610),
        Row(testDescription: "ratio", method: .bca, units: ratios, low: 0.76548, high: 1.00870),
    ]

    @Test(arguments: rows)
    func agreesWithSciPy(_ row: Row) throws {
        let found = Bootstrap(resamples: 20000, method: row.method, seed: 1).estimates(of: row.units, statistics: ratio)[0]
        let interval = try #require(found.interval)
        #expect(abs(interval.low - row.low) < 4e-3 && abs(interval.high - row.high) < 4e-3, "\(interval)")
    }

    /// 1000 studies of 40 patients with true and predicted areas from a skewed distribution whose IoU over the whole population
    /// is known: E[intersection] / E[union] = 0.7.
    @Test(arguments: [Bootstrap.Method.expandedPercentile, .percentile, .bca])
    func nominalIntervalsCoverTheTruth(_ method: Bootstrap.Method) {
        var generator = SeededGenerator(seed: 11)
        var covered = 0
        let studies = 1000
        for study in 0..<studies {
            let patients = (0..<40).map { _ in
                let union = 1 - 0.8 * Double.random(in: 0..<1, using: &generator)
                let miss = Double.random(in: 0..<1, using: &generator)
                let overlap = 1 - 0.9 * miss * miss
                return [union * overlap, union]
            }
            let found = Bootstrap(resamples: 400, method: method, seed: UInt64(study)).estimates(
                of: patients, statistics: ratio)
            if let interval = found[0].interval, interval.low <= 0.7, 0.7 <= interval.high { covered += 1 }
        }
        let coverage = Double(covered) / Double(studies)
        #expect((0.93...0.97).contains(coverage), "\(coverage)")
    }

    @Test func thePValueIsTheLevelWhoseIntervalEndsAtZero() throws {
        for method in [Bootstrap.Method.expandedPercentile, .percentile, .bca] {
            let units = Self.dice.map { [$0 - 0.62, 1] }
            var bootstrap = Bootstrap(resamples: 4000, method: method, seed: 2)
            let p = try #require(bootstrap.estimates(of: units, statistics: ratio)[0].pValue)
            #expect((0.005...0.2).contains(p))
            bootstrap.level = 1 - p
            let low = try #require(bootstrap.estimates(of: units, statistics: ratio)[0].interval?.low)
            #expect(abs(low) < 2e-3, "\(method): \(p), \(low)")
        }
    }

    /// 1000 studies of ten patients, where plain quantiles hold the mean too seldom.
    @Test func fewUnitsAreNotTrustedMuch() {
        var generator = SeededGenerator(seed: 5)
        var covered: [Bootstrap.Method: Int] = [:]
        for study in 0..<1000 {
            let patients = (0..<10).map { _ in [Double.random(in: 0..<1, using: &generator), 1] }
            for method in [Bootstrap.Method.expandedPercentile, .percentile] {
                let found = Bootstrap(resamples: 300, method: method, seed: UInt64(study)).estimates(
                    of: patients, statistics: ratio)
                if let interval = found[0].interval, interval.low <= 0.5, 0.5 <= interval.high {
                    covered[method, default: 0] += 1
                }
            }
        }
        #expect((930...970).contains(covered[.expandedPercentile] ?? 0), "\(covered)")
        #expect((covered[.percentile] ?? 0) < 930, "\(covered)")
    }

    @Test func equalUnitsHaveNoSpread() {
        let found = Bootstrap(resamples: 100).estimates(of: [[0, 1], [0, 1], [0, 1]], statistics: ratio)[0]
        #expect(found.interval == .init(low: 0, high: 0))
        #expect(found.pValue == 1)
    }

    @Test func whatCannotBeToldIsNil() {
        let one = Bootstrap(resamples: 10).estimates(of: [[1, 2]], statistics: ratio)[0]
        #expect(one.value == 0.5 && one.interval == nil && one.pValue == nil)
        let none = Bootstrap(resamples: 10).estimates(of: [[0, 0], [0, 0]], statistics: ratio)[0]
        #expect(none.value == nil && none.interval == nil && none.undefinedResamples == 10)
        // Defined on the resamples that hold the only unit with pixels: 1 − (1 − 1/4)⁴ = 68 % of them.
        let some = Bootstrap(resamples: 400).estimates(of: [[0, 0], [1, 2], [0, 0], [0, 0]], statistics: ratio)[0]
        #expect(some.interval == .init(low: 0.5, high: 0.5))
        #expect((80...180).contains(some.undefinedResamples))
    }
}
