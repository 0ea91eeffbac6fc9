import Foundation
import SegMetrics

/// Scores as the report writes them: in per cent with one decimal, as the paper; `n/a` for what is not defined.
public enum ReportNumbers {
    /// In per cent with one decimal.
    public static func percent(_ value: Double?) -> String { TextTable.cell(value.map { $0 * 100 }, decimals: 1) }

    /// `71.3 (68.9 to 73.4)`
    static func percent(_ estimate: ScoreEstimate?) -> String {
        guard let estimate else { return "n/a" }
        return with(estimate.interval, percent(estimate.value), percent)
    }

    /// A number with its interval, if it has one.
    static func with(_ interval: Bootstrap.Estimate.Interval?, _ value: String, _ text: (Double?) -> String) -> String {
        interval.map { "\(value) (\(text($0.low)) to \(text($0.high)))" } ?? value
    }

    /// A difference of scores in percentage points, with its sign.
    public static func points(_ value: Double?, decimals: Int = 1) -> String {
        guard let value, value.isFinite else { return "n/a" }
        return String(format: "%+.\(decimals)f", value * 100).replacingOccurrences(of: "-", with: "−")
    }

    /// `8 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
    public static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return switch whole {
        case ..<60: "\(whole) s"
        case ..<3600: "\(whole / 60) min \(whole % 60) s"
        case ..<86_400: "\(whole / 3600) h \(whole % 3600 / 60) min"
        default: "\(whole / 86_400) d \(whole % 86_400 / 3600) h"
        }
    }

    static func significant(_ value: Double) -> String { String(format: "%.3g", value) }

    /// With three decimals; `< 0.001` below.
    public static func pValue(_ value: Double?) -> String {
        guard let value else { return "n/a" }
        return value < 0.001 ? "< 0.001" : String(format: "%.3f", value)
    }
}

extension Int {
    /// With a narrow space before each three digits, as SI writes large numbers: 2 634 146.
    package var grouped: String {
        var text = String(magnitude)
        var place = text.count - 3
        while place > 0 {
            text.insert("\u{202F}", at: text.index(text.startIndex, offsetBy: place))
            place -= 3
        }
        return self < 0 ? "−" + text : text
    }
}
