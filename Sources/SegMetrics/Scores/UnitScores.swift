/// The fine-grained scores of the units of one level, of all of them or of those that score worst, when some groups count several
/// times and others not at all.
///
/// A class takes part in a unit where the unit's truth has it. The worst q per cent of n units are the ⌈q n / 100⌉ of the lowest
/// IoU: of the class for mIoU^C, of the unit's mean over the foreground for mIoU^I and mIoU^D.
struct UnitScores {
    /// A unit in the order of some score.
    private struct Place {
        let unit: Int
        let score: Double
    }

    private let classes: ScoredClasses
    /// Of each unit: the group's place in their order, and the counts of each row.
    private let units: [(group: Int, rows: [ClassScores])]
    /// The units that have each row, worst first.
    private let byRow: [[Place]]
    /// The units that have a row of a mean's, worst first by their mean over it; the foreground's, and that over all.
    private let byForeground: [Place]
    private let byAll: [Place]

    /// - Parameter units: a matrix each, with the group's place.
    init(_ units: [(group: Int, matrix: ConfusionMatrix)], classes: ScoredClasses) {
        self.classes = classes
        self.units = units.map { unit in (unit.group, classes.rows.map { ClassScores(of: $0.classes, in: unit.matrix) }) }
        let ious = self.units.map { unit in unit.rows.map { $0.isEmptyInTruth ? nil : $0.iou(.skip) } }
        func sorted(_ score: ([Double?]) -> Double?) -> [Place] {
            ious.indices.compactMap { unit in score(ious[unit]).map { Place(unit: unit, score: $0) } }
                .sorted { ($0.score, $0.unit) < ($1.score, $1.unit) }
        }
        byRow = classes.rows.indices.map { row in sorted { $0[row] } }
        byForeground = sorted { ious in mean(classes.foreground.map { ious[$0] }) }
        byAll = sorted { ious in mean(classes.all.map { ious[$0] }) }
    }

    /// - Parameters:
    ///   - score: one of `Score.ofUnits`.
    ///   - worst: in per cent; nil: all units.
    ///   - counts: how often each group counts.
    /// - Returns: nil where no unit that counts has a class of the scope.
    func value(_ score: Score, _ scope: ScoreScope, worst: Int?, counts: [Int]) -> Double? {
        let rows = rows(scope)
        switch score {
        case .iouOfUnits: return average(scope == .all ? byAll : byForeground, worst, counts)
        case .iouOfClasses: return mean(rows.map { average(byRow[$0], worst, counts) })
        default: return mean(ratios(rows, worst, counts))
        }
    }

    private func rows(_ scope: ScoreScope) -> [Int] {
        switch scope {
        case .one(let row): [row]
        case .foreground: classes.foreground
        case .all: classes.all
        }
    }

    /// The mean of the scores of a part.
    private func average(_ places: [Place], _ worst: Int?, _ counts: [Int]) -> Double? {
        var (sum, taken) = (0.0, 0)
        walk(places, worst, counts) { place, times in
            sum += Double(times) * place.score
            taken += times
        }
        return taken > 0 ? sum / Double(taken) : nil
    }

    /// The IoU of each row from the counts of all units of a part together.
    private func ratios(_ rows: [Int], _ worst: Int?, _ counts: [Int]) -> [Double?] {
        var (right, union) = ([Int](repeating: 0, count: rows.count), [Int](repeating: 0, count: rows.count))
        walk(byForeground, worst, counts) { place, times in
            for (index, row) in rows.enumerated() {
                let scores = units[place.unit].rows[row]
                right[index] += times * scores.truePositives
                union[index] += times * (scores.truePositives + scores.falsePositives + scores.falseNegatives)
            }
        }
        return zip(right, union).map { $1 > 0 ? Double($0) / Double($1) : nil }
    }

    /// The units of a part, each with how often it counts.
    private func walk(_ places: [Place], _ worst: Int?, _ counts: [Int], _ body: (Place, Int) -> Void) {
        var left = Int.max
        if let worst {
            let count = places.reduce(0) { $0 + counts[units[$1.unit].group] }
            left = (count * worst + 99) / 100
        }
        for place in places where left > 0 {
            let times = min(left, counts[units[place.unit].group])
            if times > 0 { body(place, times) }
            left -= times
        }
    }
}
