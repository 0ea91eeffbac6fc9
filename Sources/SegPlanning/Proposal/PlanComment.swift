import Foundation

/// Words of a proposed file.
enum PlanComment {
    /// A comment over as many lines as it needs.
    static func wrapped(_ text: String, indent: String) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + word.count > 110 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines.joined(separator: "\n" + indent)
    }

    /// Two digits: it is an estimate.
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: String(format: "%.2g s", seconds)
        case ..<100: String(format: "%.0f s", seconds)
        case ..<6000: String(format: "%.0f min", seconds / 60)
        case ..<172_800: String(format: "%.1f h", seconds / 3600)
        default: String(format: "%.0f days", seconds / 86_400)
        }
    }

    /// `40×56×40`, or `1 × 1 × 1.5` for lengths.
    static func sizes(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: "×") }

    static func lengths(_ lengths: [Double]) -> String { lengths.map { String(format: "%.4g", $0) }.joined(separator: " × ") }
}
