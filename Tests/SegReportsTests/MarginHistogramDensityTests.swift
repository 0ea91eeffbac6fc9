import MarginCalibration
import Randomness
import TestSupport
import Testing

@testable import SegReports

struct MarginHistogramDensityTests {
    private func histogram(_ margins: [Float]) -> MarginHistogram {
        var histogram = MarginHistogram()
        for margin in margins { histogram.add(margin) }
        return histogram
    }

    @Test func theAreaUnderTheStepsIsTheShare() {
        var generator = SeededGenerator(seed: 1)
        let margins = (0..<20_000).map { _ in Float.random(in: -3...5, using: &generator) }
        let points = histogram(margins).density(over: -4...6)
        let steps = stride(from: 0, to: points.count, by: 2).map { (points[$0], points[$0 + 1]) }
        let area = steps.reduce(0) { $0 + ($1.1.x - $1.0.x) * $1.0.y }
        #expect(abs(area - 1) < 0.01, "\(area)")
        // Uniform: 1/8 wherever a step lies within.
        for (start, end) in steps where start.x > -2.5 && end.x < 4 {
            #expect(abs(start.y - 0.125) < 0.03, "\(start.x) to \(end.x): \(start.y)")
        }
        #expect(steps.contains { $0.1.x == 0 } && steps.contains { $0.0.x == 0 }, "a step ends at 0")
    }

    @Test func sharesAndQuantiles() {
        let margins = histogram([-2, -1, 0, 1, 2, 3, 4, 5, 6, 7])
        #expect(margins.shareBelowZero == 0.2)
        #expect(margins.quantile(0.001) == -2)
        #expect(margins.quantile(0.999) == 7)
        #expect(abs((margins.quantile(0.5) ?? 0) - 2) < 0.3)
        #expect(MarginHistogram().quantile(0.5) == nil)
        #expect(MarginHistogram().density(over: 0...1).isEmpty)
    }
}
