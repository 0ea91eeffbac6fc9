import MarginCalibration

/// The arguments of one term, read by name and type, with errors that point at them.
struct LossArguments: Sendable {
    let expression: String
    let term: LossExpression.Term

    /// The numbers that a parameter takes.
    enum Domain: String {
        case any = "a number"
        case notNegative = "a number of 0 or more"
        case positive = "a number above 0"
        case atLeastOne = "a number of 1 or more"
        case belowOne = "a number from 0 to below 1"

        func contains(_ value: Double) -> Bool {
            switch self {
            case .any: true
            case .notNegative: value >= 0
            case .positive: value > 0
            case .atLeastOne: value >= 1
            case .belowOne: value >= 0 && value < 1
            }
        }
    }

    func number(_ name: String, _ domain: Domain = .any) throws -> Double? {
        guard let argument = argument(name) else { return nil }
        guard case .number(let value) = argument.value else {
            let isOfTraining =
                argument.value == .word(LossExpression.automatic) && LossExpression.searched.contains { $0.0 == name }
            throw error(
                at: argument.valueColumn,
                "expected \(domain.rawValue) for \(name)" + (isOfTraining ? "; auto is for training, which finds one" : ""))
        }
        guard domain.contains(value) else {
            throw error(at: argument.valueColumn, "expected \(domain.rawValue) for \(name), found \(argument.value)")
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

    /// A list, or a word that says how to make one.
    enum ListOrChoice<Choice> {
        case list([Double])
        case choice(Choice)
    }

    func listOrChoice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of: Choice.Type
    ) throws -> ListOrChoice<Choice>? {
        guard let argument = argument(name) else { return nil }
        switch argument.value {
        case .list(let values): return .list(values)
        case .word(let word): if let choice = Choice(rawValue: word) { return .choice(choice) }
        case .number: break
        }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw error(at: argument.valueColumn, "expected \(names) or a list such as [1, 2] for \(name)")
    }

    /// Numbers of classes.
    func classes(_ name: String) throws -> Set<Int>? {
        guard let argument = argument(name), let values = try list(name) else { return nil }
        return Set(
            try values.map { value in
                guard let index = Int(exactly: value), index >= 0 else {
                    throw error(at: argument.valueColumn, "expected the numbers of classes for \(name), found \(argument.value)")
                }
                return index
            })
    }

    func flag(_ name: String) throws -> Bool? {
        guard let argument = argument(name) else { return nil }
        if case .word(let word) = argument.value, let value = Bool(word) { return value }
        throw error(at: argument.valueColumn, "expected true or false for \(name)")
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, of: Choice.Type) throws -> Choice? {
        guard let argument = argument(name) else { return nil }
        if case .word(let word) = argument.value, let choice = Choice(rawValue: word) { return choice }
        let names = Choice.allCases.map(\.rawValue).joined(separator: " or ")
        throw error(at: argument.valueColumn, "expected \(names) for \(name)")
    }

    /// Refuses parameters that mean something with another choice alone.
    func refuse(_ names: [String], without choice: String) throws {
        guard let name = names.first(where: { argument($0) != nil }) else { return }
        throw error(name, "\(name) belongs to \(choice)")
    }

    func check(_ name: String, _ values: [Double], hasOneForEachOf classCount: Int) throws {
        guard values.count == classCount else {
            throw error(name, "expected \(classCount) numbers, one for each class, found \(values.count)")
        }
    }

    /// Points at the argument, or at the loss's own name.
    func error(_ name: String?, _ problem: String) -> LossExpressionError {
        error(at: name.flatMap { argument($0)?.column } ?? term.column, problem)
    }

    /// The class counts of the training labels.
    func distribution(_ context: LossContext) throws -> LabelDistribution {
        guard let distribution = context.distribution else {
            throw error(nil, "\(term.name) needs the class counts of the training labels")
        }
        return distribution
    }

    private func argument(_ name: String) -> LossExpression.Argument? { term.argument(named: name) }

    private func error(at column: Int, _ problem: String) -> LossExpressionError {
        LossExpressionError(expression: expression, column: column, problem: problem)
    }
}
