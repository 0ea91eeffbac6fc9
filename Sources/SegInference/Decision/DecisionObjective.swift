import SegMetrics

/// What offsets maximise: an IoU or a Dice of one confusion matrix over a data set, of a row or as the mean of several.
///
/// A class that is empty in truth and prediction counts as 1, as in the paper's tables.
struct DecisionObjective {
    let name: ScoreName
    let classCount: Int
    /// Whether a row (`row * classCount + class`) holds a class.
    fileprivate let holds: [Bool]
    fileprivate let rowCount: Int

    /// - Returns: nil for a score that is no IoU or Dice of the data set.
    init?(_ name: ScoreName, of classes: ScoredClasses) {
        guard name.level == .dataset, [.iou, .dice].contains(name.score) else { return nil }
        let rows =
            switch name.scope {
            case .one(let index): [index]
            case .foreground: classes.foreground
            case .all: classes.all
            }
        let classCount = classes.names.count
        self.name = name
        self.classCount = classCount
        rowCount = rows.count
        holds = rows.flatMap { row in (0..<classCount).map(classes.rows[row].classes.contains) }
    }

    /// - Parameter counts: of a confusion matrix, row after row.
    func value(of counts: [Double]) -> Double { Tally(self, counts).value }

    /// The counts of an objective's rows, which change as pixels take other classes.
    struct Tally {
        private let objective: DecisionObjective
        private var right: [Double]
        private var truth: [Double]
        private var predicted: [Double]

        init(_ objective: DecisionObjective, _ counts: [Double]) {
            self.objective = objective
            let none = [Double](repeating: 0, count: objective.rowCount)
            (right, truth, predicted) = (none, none, none)
            let classCount = objective.classCount
            for row in none.indices {
                for y in 0..<classCount {
                    for k in 0..<classCount {
                        let count = counts[y * classCount + k]
                        let (isTrue, isPredicted) = (objective.holds[row * classCount + y], objective.holds[row * classCount + k])
                        if isTrue { truth[row] += count }
                        if isPredicted { predicted[row] += count }
                        if isTrue, isPredicted { right[row] += count }
                    }
                }
            }
        }

        /// Pixels of the true class `y` that are predicted as `new` in place of `old`.
        mutating func move(_ count: Double, of y: Int, from old: Int, to new: Int) {
            for row in right.indices {
                let start = row * objective.classCount
                let change = (objective.holds[start + new] ? count : 0) - (objective.holds[start + old] ? count : 0)
                predicted[row] += change
                if objective.holds[start + y] { right[row] += change }
            }
        }

        var value: Double {
            var sum = 0.0
            for row in right.indices {
                let size = truth[row] + predicted[row]
                let (part, whole) = objective.name.score == .iou ? (right[row], size - right[row]) : (2 * right[row], size)
                sum += whole > 0 ? part / whole : 1
            }
            return sum / Double(right.count)
        }
    }
}
