extension LossExpression {
    /// Checks that every loss and parameter exists.
    ///
    /// - Throws: `LossExpressionError` that lists the known names and suggests the nearest.
    public func check() throws {
        for term in terms {
            let entry = try entry(of: term)
            for argument in term.arguments where !entry.parameters.contains(where: { $0.name == argument.name }) {
                throw unknown(argument.name, "parameter of \(entry.name)", known: entry.parameters.map(\.name), at: argument.column)
            }
        }
    }

    /// Makes the objective for a data set.
    ///
    /// - Throws: `LossExpressionError` for unknown names or values; `MarginOffsetsError` where the labels give no offsets.
    public func makeLoss(_ context: LossContext) throws -> any SegmentationLoss {
        try check()
        let made = try terms.map { term in
            WeightedSumLoss.Term(
                weight: term.weight,
                loss: try entry(of: term).make(LossArguments(expression: text, term: term), context))
        }
        return made.count == 1 && made[0].weight == 1 ? made[0].loss : WeightedSumLoss(made)
    }

    private func entry(of term: Term) throws -> LossCatalogue.Entry {
        guard let entry = LossCatalogue.entries.first(where: { $0.name == term.name }) else {
            throw unknown(term.name, "loss", known: LossCatalogue.entries.map(\.name), at: term.column)
        }
        return entry
    }

    private func unknown(_ name: String, _ kind: String, known: [String], at column: Int) -> LossExpressionError {
        LossExpressionError(
            expression: text, column: column, problem: "there is no \(kind) '\(name)'; known: \(known.sorted().joined(separator: ", "))")
    }
}
