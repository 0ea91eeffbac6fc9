extension Evaluation {
    /// The scores of parts of a data set as one: of all cases' counts together, with intervals over all patients or videos.
    ///
    /// What is not counted case by case, such as calibration at the network's size, is left out.
    ///
    /// - Parameters:
    ///   - parts: such as the folds of a cross-validation, each scored by the model that has not seen it.
    ///   - subject: what was scored, as messages name it.
    ///   - reference: what it was scored on.
    /// - Throws: `ComparisonError` for parts of other classes or another rule.
    /// - Precondition: a part at least; no case in two of them.
    public init(pooling parts: [Evaluation], subject: String, reference: String, bootstrap: Bootstrap = Bootstrap()) throws {
        let first = parts[0]
        for other in parts.dropFirst() { try ComparisonError.requireSameTerms(first, other) }
        var store = ConfusionStore(classCount: first.native.store.classCount)
        for entry in parts.flatMap(\.native.store.entries) {
            store.append(group: entry.group, case: entry.caseID, image: entry.imageID, matrix: entry.matrix)
        }
        let ways = Set(parts.map(\.inference))
        self.init(
            program: first.program, subject: subject, reference: reference, classes: first.classes,
            native: ResolutionScores(
                store, classes: first.classes, rule: first.native.summary.emptyRule, bootstrap: bootstrap,
                surfaces: SurfaceStore(pooling: parts.compactMap(\.native.surfaces))),
            inference: ways.count == 1 ? first.inference : nil, problems: parts.flatMap(\.problems))
    }
}
