import Foundation
import SegMetrics

/// Scores as the report writes them: in per cent with one decimal, as the paper; `n/a` for what is not defined.
public enum ReportNumbers {
    /// In per cent with one decimal.
    public static func percent(_ value: Double?) -> String { TextTable.cell(value.map { $0 * 100 }, decimals: 1) }

    /// `71.3 (68.9 to 73.4)`
    static func percent(_ estimate: ScoreEstimate?) -> String {
        guard let estimate else { return "n/a" }
        return with(estimate.interval.map { ($0.low, $0.high) }, percent(estimate.value), percent)
    }

    /// A number with its interval, if it has one.
    static func with(_ interval: (low: Double, high: Double)?, _ value: String, _ text: (Double?) -> String) -> String {
        interval.map { "\(value) (\(text($0.low)) to \(text($0.high)))" } ?? value
    }

    /// A difference of scores in percentage points, with its sign.
    static func points(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "n/a" }
        return String(format: "%+.1f", value * 100).replacingOccurrences(of: "-", with: "−")
    }

    static func significant(_ value: Double) -> String { String(format: "%.3g", value) }

    /// With three decimals; `< 0.001` below.
    public static func pValue(_ value: Double?) -> String {
        guard let value else { return "n/a" }
        return value < 0.001 ? "< 0.001" : String(format: "%.3f", value)
    }
}
