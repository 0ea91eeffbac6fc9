/// The arguments of one term, read by name and type, with errors that point at them.
struct LossArguments: Sendable {
    let expression: String
    let term: LossExpression.Term

    func number(_ name: String) throws -> Double? {
        guard let argument = argument(name) else { return nil }
        guard case .number(let value) = argument.value else {
            throw error(at: argument.valueColumn, "expected a number for \(name)")
        }
        return value
    }

    func list(_ name: String) throws -> [Double]? {
        guard let argument = argument(name) else { return nil }
        guard case .list(let values) = argument.value else {
            throw error(at: argument.valueColumn, "expected a list for \(name), such as [1, 2]")
        }
        return values
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, of: Choice.Type) throws -> Choice? {
        guard let argument = argument(name) else { return nil }
        if case .word(let word) = argument.value, let choice = Choice(rawValue: word) { return choice }
        let names = Choice.allCases.map(\.rawValue).joined(separator: " or ")
        throw error(at: argument.valueColumn, "expected \(names) for \(name)")
    }

    /// Points at the argument, or at the loss's own name.
    func error(_ name: String?, _ problem: String) -> LossExpressionError {
        error(at: name.flatMap { argument($0)?.column } ?? term.column, problem)
    }

    private func argument(_ name: String) -> LossExpression.Argument? { term.arguments.first { $0.name == name } }

    private func error(at column: Int, _ problem: String) -> LossExpressionError {
        LossExpressionError(expression: expression, column: column, problem: problem)
    }
}
