import MarginCalibration
import TestSupport
import Testing

struct MarginHistogramTests {
    @Test func boundsRiseThroughZero() {
        let bounds = MarginHistogram.upperBounds
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
        #expect(bounds.contains(0))
        #expect(bounds[0] < -9_000 && bounds[bounds.count - 1] > 10_000)
    }

    /// Between the bound before and its own.
    @Test(arguments: [0, 1e-6, 0.0009, 0.0011, 0.5, 1, 3.25, 40, 9_999, -1e-6, -0.0011, -0.5, -1, -40, -9_000] as [Float])
    func aMarginGoesIntoItsBucket(margin: Float) throws {
        var histogram = MarginHistogram()
        histogram.add(margin)
        let index = try #require(histogram.counts.firstIndex(of: 1))
        let upper = MarginHistogram.upperBounds[index], lower = MarginHistogram.upperBounds[max(0, index - 1)]
        let slack = 1e-5 * abs(Double(margin))
        #expect(Double(margin) <= upper + slack && (index == 0 || Double(margin) >= lower - slack))
        #expect(histogram.total == 1)
    }

    @Test func momentsAreOfTheFiniteMargins() {
        var histogram = MarginHistogram()
        #expect(histogram.minimum == nil && histogram.maximum == nil)
        for margin in [-2, 0.5, 3, .nan, .infinity] as [Float] { histogram.add(margin) }
        #expect((histogram.minimum, histogram.maximum) == (-2, 3))
        #expect((histogram.total, histogram.notFinite) == (3, 2))
        #expect((histogram.sum, histogram.sumOfSquares) == (1.5, 13.25))
        #expect((histogram.mean, MarginHistogram().mean) == (0.5, nil))
    }

    @Test(arguments: [(Float.greatestFiniteMagnitude, 289), (-Float.greatestFiniteMagnitude, 0)])
    func theOuterBucketsAreOpen(margin: Float, bucket: Int) {
        var histogram = MarginHistogram()
        histogram.add(margin)
        #expect(histogram.counts[bucket] == 1)
    }
}
