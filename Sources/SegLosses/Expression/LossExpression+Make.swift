extension LossExpression {
    /// Checks everything that can be checked without data: that losses and parameters exist and values make sense.
    ///
    /// - Throws: `LossExpressionError`; for an unknown name it lists the known ones and suggests the nearest.
    public func check() throws { _ = try prepare() }

    /// Makes the objective for a data set.
    ///
    /// - Throws: `LossExpressionError` for unknown names or values; `MarginOffsetsError`, `AbsentClassError` where the labels give
    ///   no margins or weights.
    public func makeLoss(_ context: LossContext) throws -> any SegmentationLoss {
        let made = try zip(terms, prepare()).map { term, recipe in
            WeightedSumLoss.Term(weight: term.weight, loss: try recipe(context))
        }
        return made.count == 1 && made[0].weight == 1 ? made[0].loss : WeightedSumLoss(made)
    }

    private func prepare() throws -> [LossCatalogue.Entry.Recipe] {
        try terms.map { term in
            let entry = try entry(of: term)
            try checkParameters(of: term, entry)
            return try entry.prepare(LossArguments(expression: text, term: term))
        }
    }

    func entry(of term: Term) throws -> LossCatalogue.Entry {
        guard let entry = LossCatalogue.entry(named: term.name) else {
            throw unknown(term.name, "loss", known: LossCatalogue.entries.map(\.name), at: term.column)
        }
        return entry
    }

    private func checkParameters(of term: Term, _ entry: LossCatalogue.Entry) throws {
        for argument in term.arguments {
            guard let parameter = entry.parameters.first(where: { $0.name == argument.name }) else {
                throw unknown(
                    argument.name, "parameter of \(entry.name)", known: entry.parameters.map(\.name), at: argument.column)
            }
            if let other = parameter.excludes.first(where: { term.argument(named: $0) != nil }) {
                throw LossExpressionError(
                    expression: text, column: argument.column,
                    problem: "\(other) and \(parameter.name) exclude each other; give one")
            }
        }
    }

    private func unknown(_ name: String, _ kind: String, known: [String], at column: Int) -> LossExpressionError {
        let suggestion = name.nearestName(among: known).map { "did you mean '\($0)'? " } ?? ""
        let list = known.isEmpty ? "it has none" : "known: \(known.sorted().joined(separator: ", "))"
        return LossExpressionError(
            expression: text, column: column, problem: "there is no \(kind) '\(name)'; \(suggestion)\(list)")
    }
}
