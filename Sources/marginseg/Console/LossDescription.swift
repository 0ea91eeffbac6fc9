import Foundation
import SegLosses

/// A loss for people: what it is, then formula, parameters, reduction and source under each other.
struct LossDescription {
    let text: String

    /// As the catalogue has it, with every standard value.
    init(_ entry: LossCatalogue.Entry) {
        let parameters = entry.parameters.map { (name: $0.name, value: $0.standard, meaning: $0.meaning) }
        text = Self.text(title: entry.name, entry: entry, parameters: parameters)
    }

    /// A term of an expression, with the values that hold in it.
    init(_ term: LossExplanation) {
        let parameters = term.settings.map {
            (name: $0.parameter.name, value: $0.value + ($0.isGiven ? "" : " (default)"), meaning: $0.parameter.meaning)
        }
        let weight = term.weight == 1 ? "" : String(format: "%g * ", term.weight)
        text = Self.text(title: weight + term.entry.name, entry: term.entry, parameters: parameters)
    }

    private static func text(
        title: String, entry: LossCatalogue.Entry, parameters: [(name: String, value: String, meaning: String)]
    ) -> String {
        let settings = padded(parameters.map { "\($0.name) = \($0.value)" })
        let values = zip(settings, parameters).map { "\($0)  \($1.meaning)" }
        return "\(title): \(entry.summary)\n"
            + rows("formula", entry.formula) + rows("parameters", values.isEmpty ? ["none"] : values)
            + rows("reduction", [entry.reduction]) + rows("source", [entry.source])
    }

    private static func padded(_ texts: [String]) -> [String] {
        let width = texts.map(\.count).max() ?? 0
        return texts.map { $0.padding(toLength: width, withPad: " ", startingAt: 0) }
    }

    /// A heading beside the first line, the others under that.
    private static func rows(_ heading: String, _ lines: [String]) -> String {
        lines.enumerated().map { index, line in
            "  " + (index == 0 ? heading : "").padding(toLength: 12, withPad: " ", startingAt: 0) + line + "\n"
        }.joined()
    }
}
