import Testing

@testable import SegReports

struct AxisTicksTests {
    @Test(
        arguments: [
            (0...1, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (-20...20, 4, ["−20", "−10", "0", "10", "20"]),
            (0...2.4e-5, 3, ["0", "1e−5", "2e−5"]), (0.00031...0.00033, 4, ["3.1e−4", "3.15e−4", "3.2e−4", "3.25e−4", "3.3e−4"]),
        ] as [(ClosedRange<Double>, Int, [String])])
    func labelsAreShort(range: ClosedRange<Double>, count: Int, expected: [String]) {
        let ticks = AxisTicks(range, count: count)
        #expect(ticks.values.map(ticks.label) == expected)
    }
}
