/// What every score of an evaluation follows from, as numbers that add over groups: a resampled evaluation is a sum of vectors.
///
/// A group's vector: its confusion matrix; then for each averaged level (group, case, image) and each score of each class, and the
/// pixel accuracy, the sum over its units where it is defined and the number of these.
struct ScoreSums {
    /// The scores that `scores` finds, in its order.
    let names: [ScoreName]
    /// A vector for each group, in the order in which the groups first appear.
    let groups: [(id: String, sums: [Double])]
    private let classCount: Int
    private let rule: EmptyRule

    init(_ store: ConfusionStore, rule: EmptyRule) {
        classCount = store.classCount
        self.rule = rule
        names = ScoreName.every(classCount: store.classCount)
        var levels: [String: [[ConfusionMatrix]]] = [:]
        let groups = store.groups
        for group in groups { levels[group.id] = [[group.matrix], [], []] }
        for unit in store.cases { levels[unit.group]?[1].append(unit.matrix) }
        for unit in store.images { levels[unit.group]?[2].append(unit.matrix) }
        self.groups = groups.map { group in
            let levels = levels[group.id] ?? []
            let counts = group.matrix.rows.flatMap { $0.map(Double.init) }
            return (group.id, counts + levels.flatMap { Self.averages($0, classCount: store.classCount, rule: rule) })
        }
    }

    /// Sum and count of every score over the units of one level.
    private static func averages(_ matrices: [ConfusionMatrix], classCount: Int, rule: EmptyRule) -> [Double] {
        var sums = [Double](repeating: 0, count: 2 * (Score.ofClasses.count * classCount + 1))
        func add(_ value: Double?, at index: Int) {
            guard let value else { return }
            sums[2 * index] += value
            sums[2 * index + 1] += 1
        }
        for matrix in matrices where matrix.total > 0 {
            for index in 0..<classCount {
                let scores = ClassScores(of: index, in: matrix)
                let values = [scores.iou(rule), scores.dice(rule), scores.recall, scores.precision, scores.specificity]
                for (place, value) in values.enumerated() { add(value, at: place * classCount + index) }
            }
            add(matrix.pixelAccuracy, at: Score.ofClasses.count * classCount)
        }
        return sums
    }

    /// Every score of the groups whose vectors were added, in the order of `names`.
    func scores(_ sums: [Double]) -> [Double?] {
        var scores: [Double?] = []
        scores.reserveCapacity(names.count)
        sums.withUnsafeBufferPointer { sums in
            appendDataset(sums, to: &scores)
            let length = 2 * (Score.ofClasses.count * classCount + 1)
            for level in 0..<3 {
                let start = classCount * classCount + level * length
                func average(_ index: Int) -> Double? {
                    let count = sums[start + 2 * index + 1]
                    return count > 0 ? sums[start + 2 * index] / count : nil
                }
                for place in Score.ofClasses.indices {
                    append((0..<classCount).map { average(place * classCount + $0) }, to: &scores)
                }
                scores.append(average(Score.ofClasses.count * classCount))
            }
        }
        return scores
    }

    private func append(_ values: [Double?], to scores: inout [Double?]) {
        scores += values
        scores.append(mean(values.dropFirst()))
        scores.append(mean(values))
    }

    private func appendDataset(_ counts: UnsafeBufferPointer<Double>, to scores: inout [Double?]) {
        let classes = 0..<classCount
        let total = classes.reduce(0) { sum, row in sum + classes.reduce(0) { $0 + counts[row * classCount + $1] } }
        let right = classes.map { counts[$0 * classCount + $0] }
        let truth = classes.map { row in classes.reduce(0) { $0 + counts[row * classCount + $1] } }
        let predicted = classes.map { column in classes.reduce(0) { $0 + counts[$1 * classCount + column] } }
        func ratio(_ part: Double, _ whole: Double) -> Double? { whole > 0 ? part / whole : nil }
        let empty = rule == .one && total > 0 ? 1.0 : nil
        append(classes.map { ratio(right[$0], truth[$0] + predicted[$0] - right[$0]) ?? empty }, to: &scores)
        append(classes.map { ratio(2 * right[$0], truth[$0] + predicted[$0]) ?? empty }, to: &scores)
        append(classes.map { ratio(right[$0], truth[$0]) }, to: &scores)
        append(classes.map { ratio(right[$0], predicted[$0]) }, to: &scores)
        append(
            classes.map { ratio(total - truth[$0] - predicted[$0] + right[$0], total - truth[$0]) }, to: &scores)
        scores.append(ratio(right.reduce(0, +), total))
    }
}
