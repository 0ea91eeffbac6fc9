/// What every score of an evaluation follows from, as numbers that add over groups: a resampled evaluation is a sum of vectors.
///
/// A group's vector: its confusion matrix; then for each averaged level (group, case, image) and each score of each row, and the
/// pixel accuracy, the sum over its units where it is defined and the number of these.
struct ScoreSums {
    /// The scores that `scores` finds, in its order.
    let names: [ScoreName]
    /// A vector for each group, in the order in which the groups first appear.
    let groups: [(id: String, sums: [Double])]
    private let classes: ScoredClasses
    private let rule: EmptyRule

    /// - Precondition: the store is of these classes.
    init(_ store: ConfusionStore, classes: ScoredClasses, rule: EmptyRule) {
        precondition(classes.names.count == store.classCount, "\(classes.names.count) names for \(store.classCount) classes")
        self.classes = classes
        self.rule = rule
        names = ScoreName.every(rowCount: classes.rows.count)
        var levels: [String: [[ConfusionMatrix]]] = [:]
        let groups = store.groups
        for group in groups { levels[group.id] = [[group.matrix], [], []] }
        for unit in store.cases { levels[unit.group]?[1].append(unit.matrix) }
        for unit in store.images { levels[unit.group]?[2].append(unit.matrix) }
        self.groups = groups.map { group in
            let levels = levels[group.id] ?? []
            let counts = group.matrix.rows.flatMap { $0.map(Double.init) }
            return (group.id, counts + levels.flatMap { Self.averages($0, classes.rows, rule: rule) })
        }
    }

    /// Sum and count of every score over the units of one level.
    private static func averages(
        _ matrices: [ConfusionMatrix], _ rows: [ScoredClasses.Region], rule: EmptyRule
    ) -> [Double] {
        var sums = [Double](repeating: 0, count: 2 * (Score.ofClasses.count * rows.count + 1))
        func add(_ value: Double?, at index: Int) {
            guard let value else { return }
            sums[2 * index] += value
            sums[2 * index + 1] += 1
        }
        for matrix in matrices where matrix.total > 0 {
            for (index, row) in rows.enumerated() {
                let scores = ClassScores(of: row.classes, in: matrix)
                for (place, score) in Score.ofClasses.enumerated() {
                    add(scores.value(score, rule), at: place * rows.count + index)
                }
            }
            add(matrix.pixelAccuracy, at: Score.ofClasses.count * rows.count)
        }
        return sums
    }

    /// Every score of the groups whose vectors were added, in the order of `names`.
    func scores(_ sums: [Double]) -> [Double?] {
        var scores: [Double?] = []
        scores.reserveCapacity(names.count)
        sums.withUnsafeBufferPointer { sums in
            appendDataset(sums, to: &scores)
            let rowCount = classes.rows.count
            let length = 2 * (Score.ofClasses.count * rowCount + 1)
            for level in 0..<3 {
                let start = classes.names.count * classes.names.count + level * length
                func average(_ index: Int) -> Double? {
                    let count = sums[start + 2 * index + 1]
                    return count > 0 ? sums[start + 2 * index] / count : nil
                }
                for place in Score.ofClasses.indices {
                    append((0..<rowCount).map { average(place * rowCount + $0) }, to: &scores)
                }
                scores.append(average(Score.ofClasses.count * rowCount))
            }
        }
        return scores
    }

    private func append(_ values: [Double?], to scores: inout [Double?]) {
        scores += values
        scores.append(mean(classes.foreground.map { values[$0] }))
        scores.append(mean(classes.all.map { values[$0] }))
    }

    private func appendDataset(_ counts: UnsafeBufferPointer<Double>, to scores: inout [Double?]) {
        let classCount = classes.names.count
        let all = 0..<classCount
        let truthOfClass = all.map { row in all.reduce(0) { $0 + counts[row * classCount + $1] } }
        let predictedOfClass = all.map { column in all.reduce(0) { $0 + counts[$1 * classCount + column] } }
        let total = truthOfClass.reduce(0, +)
        let right = classes.rows.map { row in
            row.classes.reduce(0) { sum, truth in row.classes.reduce(sum) { $0 + counts[truth * classCount + $1] } }
        }
        let truth = classes.rows.map { $0.classes.reduce(0) { $0 + truthOfClass[$1] } }
        let predicted = classes.rows.map { $0.classes.reduce(0) { $0 + predictedOfClass[$1] } }
        func ratio(_ part: Double, _ whole: Double) -> Double? { whole > 0 ? part / whole : nil }
        let empty = rule == .one && total > 0 ? 1.0 : nil
        let rows = classes.rows.indices
        append(rows.map { ratio(right[$0], truth[$0] + predicted[$0] - right[$0]) ?? empty }, to: &scores)
        append(rows.map { ratio(2 * right[$0], truth[$0] + predicted[$0]) ?? empty }, to: &scores)
        append(rows.map { ratio(right[$0], truth[$0]) }, to: &scores)
        append(rows.map { ratio(right[$0], predicted[$0]) }, to: &scores)
        append(rows.map { ratio(total - truth[$0] - predicted[$0] + right[$0], total - truth[$0]) }, to: &scores)
        scores.append(ratio(all.reduce(0) { $0 + counts[$1 * classCount + $1] }, total))
    }
}
