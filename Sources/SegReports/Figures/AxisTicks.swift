import Foundation

/// Round numbers along an axis: steps of 1, 2 or 5 times a power of ten.
struct AxisTicks {
    /// Within the range, rising.
    let values: [Double]
    private let decimals: Int

    /// - Parameter count: the approximate number of ticks.
    /// - Precondition: a range of some length, one tick or more.
    init(_ range: ClosedRange<Double>, count: Int) {
        let length = range.upperBound - range.lowerBound
        precondition(length > 0 && length.isFinite && count > 0, "no axis from \(range.lowerBound) to \(range.upperBound)")
        let rough = length / Double(count)
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
        // Whole multiples, so that rounding does not add up; 1e-9 of a step keeps a tick on the range's end.
        let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
        let last = Int((range.upperBound / step + 1e-9).rounded(.down))
        values = first <= last ? (first...last).map { Double($0) * step } : []
        decimals = max(0, Int(-floor(log10(step) + 1e-9)))
    }

    /// A value as the axis writes it: `0.25`, `2e−5` where more than four decimals would be needed.
    func label(_ value: Double) -> String {
        let text = decimals <= 4 ? String(format: "%.\(decimals)f", value) : value == 0 ? "0" : Self.short(value)
        // A minus as wide as the digits, not a hyphen.
        return text.replacingOccurrences(of: "-", with: "−")
    }

    private static func short(_ value: Double) -> String {
        let exponent = Int(floor(log10(abs(value)) + 1e-9))
        return String(format: "%.3ge%d", value / pow(10, Double(exponent)), exponent)
    }
}
