/// Scores of an evaluation when some of its groups count several times and others not at all, as in a resample.
///
/// Most follow from numbers that add over groups. A group's vector of these: its confusion matrix; then for each averaged level
/// (group, case, image) and each score of each row, and the pixel accuracy, the sum over its units where it is defined and the
/// number of these. Fine-grained scores follow from the units themselves.
struct ScoreSums {
    /// Where a score is found.
    private enum Source {
        /// In the list of all that follow from sums.
        case sums(Int)
        case units(UnitScores, ScoreName)
    }

    /// The scores that `scores` finds, in its order.
    let names: [ScoreName]
    let groupCount: Int
    private let groups: [[Double]]
    private let sources: [Source]
    private let needsSums: Bool
    private let classes: ScoredClasses
    private let rule: EmptyRule

    /// - Parameters:
    ///   - names: what to find; nil: `ScoreName.every`.
    ///   - groupOrder: the groups by name, whose order `counts` have; nil: that in which they first appear.
    /// - Precondition: the store is of these classes, and has these groups.
    init(
        _ store: ConfusionStore, classes: ScoredClasses, rule: EmptyRule, names: [ScoreName]? = nil, groupOrder: [String]? = nil
    ) {
        precondition(classes.names.count == store.classCount, "\(classes.names.count) names for \(store.classCount) classes")
        self.classes = classes
        self.rule = rule
        self.names = names ?? ScoreName.every(rowCount: classes.rows.count)
        let groups = store.groups
        let places = Dictionary(uniqueKeysWithValues: (groupOrder ?? groups.map(\.id)).enumerated().map { ($1, $0) })
        var matrices = places.mapValues { _ in [[ConfusionMatrix]](repeating: [], count: 3) }
        let levels = [groups, store.cases, store.images]
        for (level, units) in levels.enumerated() {
            for unit in units { matrices[unit.group]?[level].append(unit.matrix) }
        }
        self.groups = places.sorted { $0.value < $1.value }.map { id, _ in
            let levels = matrices[id] ?? []
            let counts = (levels.first?.first?.rows ?? []).flatMap { $0.map(Double.init) }
            return counts + levels.flatMap { Self.averages($0, classes.rows, rule: rule) }
        }
        groupCount = places.count
        let additive = Dictionary(
            uniqueKeysWithValues: ScoreName.additive(rowCount: classes.rows.count).enumerated().map { ($1, $0) })
        var unitScores: [ScoreLevel: UnitScores] = [:]
        sources = self.names.map { name in
            if let place = additive[name] { return .sums(place) }
            let units = unitScores[name.level] ?? Self.units(name.level, levels, places, classes)
            unitScores[name.level] = units
            return .units(units, name)
        }
        needsSums = sources.contains { if case .sums = $0 { true } else { false } }
    }

    private static func units(
        _ level: ScoreLevel, _ levels: [[ConfusionStore.Unit]], _ places: [String: Int], _ classes: ScoredClasses
    ) -> UnitScores {
        let number = [.perGroup: 0, .perCase: 1, .perImage: 2][level] ?? 0  // no fine-grained score is of the data set
        return UnitScores(
            levels[number].compactMap { unit in places[unit.group].map { ($0, unit.matrix) } }, classes: classes)
    }

    /// The scores, in the order of `names`.
    ///
    /// - Parameter counts: how often each group counts.
    func scores(_ counts: [Int]) -> [Double?] {
        let fromSums = needsSums ? additiveScores(groups.sum(times: counts)) : []
        return sources.map { source in
            switch source {
            case .sums(let place): fromSums[place]
            case .units(let units, let name): units.value(name.score, name.scope, worst: name.worst, counts: counts)
            }
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

    /// Of all groups, once each.
    var scoresOfAll: [Double?] { scores([Int](repeating: 1, count: groupCount)) }

    /// Counts of a group by itself.
    func counts(ofGroup place: Int) -> [Int] { (0..<groupCount).map { $0 == place ? 1 : 0 } }

    /// Every score of the groups whose vectors were added, in the order of `ScoreName.additive`.
    private func additiveScores(_ sums: [Double]) -> [Double?] {
        var scores: [Double?] = []
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
