/// An objective in writing: a weighted sum of losses with their parameters, such as
/// `margin(form=paper, tau=10, nu=1) + 0.5*cross_entropy`.
///
///     expression = term { "+" term }
///     term       = [ number "*" ] name [ "(" [ name "=" value { "," name "=" value } ] ")" ]
///     value      = number | name | "[" number { "," number } "]"
///
/// Parsing knows only this grammar; which names exist is the catalogue's business.
public struct LossExpression: Sendable, Hashable {
    public struct Term: Sendable, Hashable {
        public let weight: Double
        public let name: String
        public let arguments: [Argument]
        /// Of the name, counted from 1.
        let column: Int
    }

    public struct Argument: Sendable, Hashable {
        public let name: String
        public let value: Value
        /// Of the name, counted from 1.
        let column: Int
        let valueColumn: Int
    }

    public enum Value: Sendable, Hashable {
        case number(Double)
        case word(String)
        case list([Double])
    }

    public let text: String
    public let terms: [Term]
}

/// An objective that cannot be understood: where, what was expected, what stands there.
public struct LossExpressionError: Error, CustomStringConvertible, Equatable {
    public let expression: String
    /// Counted from 1.
    public let column: Int
    public let problem: String

    public var description: String { "objective '\(expression)', column \(column): \(problem)" }
}
