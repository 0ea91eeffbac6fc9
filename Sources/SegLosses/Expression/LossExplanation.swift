/// A term of an expression, explained: which loss it is, and every parameter with the value that holds.
public struct LossExplanation: Sendable {
    /// A parameter with its value.
    public struct Setting: Sendable {
        public let parameter: LossCatalogue.Parameter
        /// As written, or the standard.
        public let value: String
        /// Whether the expression gives it.
        public let isGiven: Bool
    }

    public let weight: Double
    public let entry: LossCatalogue.Entry
    /// Without the parameters that lose their meaning by a given one.
    public let settings: [Setting]
}

extension LossExpression {
    /// Its terms in order, explained.
    ///
    /// - Throws: `LossExpressionError` as `check()`.
    public func explanation() throws -> [LossExplanation] {
        try check()
        return try terms.map { term in
            let entry = try entry(of: term)
            let given = entry.parameters.filter { term.argument(named: $0.name) != nil }
            let meaningless = Set(given.flatMap(\.excludes))
            let settings = entry.parameters.filter { !meaningless.contains($0.name) }.map { parameter in
                let value = term.argument(named: parameter.name)?.value.description
                return LossExplanation.Setting(parameter: parameter, value: value ?? parameter.standard, isGiven: value != nil)
            }
            return LossExplanation(weight: term.weight, entry: entry, settings: settings)
        }
    }
}

extension LossExpression.Term {
    func argument(named name: String) -> LossExpression.Argument? { arguments.first { $0.name == name } }
}

extension LossExpression.Value: CustomStringConvertible {
    /// As it may be written in an expression.
    public var description: String {
        switch self {
        case .number(let value): Self.words(value)
        case .word(let word): word
        case .list(let values): "[\(values.map(Self.words).joined(separator: ", "))]"
        }
    }

    /// Whole numbers without the `.0`.
    private static func words(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
}
