import Foundation
import SegMetrics

/// The decision that is best for a mean of Jaccard indices, to first order, where probabilities are what they say.
///
/// Let J_r = I_r / U_r be the data set's IoU of row r (a class, or a region of several), as counted on validation, and p_r the
/// probability that a pixel is of it. Predicting r on one pixel more changes the expected intersection by p_r and the union by
/// 1 − p_r, hence the IoU by
///
///     g_r = (p_r U_r − (1 − p_r) I_r) / U_r² = ((1 + J_r) p_r − J_r) / U_r
///
/// The mean of IoUs changes by the sum of g_r over the rows that hold the predicted class, so a pixel's class is the one of the
/// largest sum; classes of no row, such as the background, gain 0. Of one class against a background that is no row, this is
/// p > J / (1 + J): with two classes, an offset of −log J for the score of the class. For several classes no offsets do the
/// same: the sizes U_r weigh as well, a pixel being worth more to the mean where the class is small.
///
/// Sources: the threshold J / (1 + J) is the fixed point of Dinkelbach's method for ratios (Management Science 13, 1967), for
/// Dice known from Lipton, Elkan, Narayanaswamy: *Optimal Thresholding of Classifiers to Maximize F1 Measure* (ECML 2014).
public struct IoUGains: Sendable, Hashable {
    /// What one IoU of the mean is of.
    public struct Row: Sendable, Hashable, Codable {
        public let name: String
        /// The classes whose union it is.
        public let classes: [Int]
        /// J, the data set's.
        public let iou: Double
        /// U: pixels that are of the row in truth or prediction.
        public let union: Int

        enum CodingKeys: String, CodingKey { case name, classes, iou, union }
    }

    public let rows: [Row]

    /// The rows of the mean over the foreground, as counted.
    ///
    /// - Precondition: the matrix is of these classes.
    init(_ matrix: ConfusionMatrix, of classes: ScoredClasses) {
        rows = classes.foreground.map { index in
            let row = classes.rows[index]
            let scores = ClassScores(of: row.classes, in: matrix)
            return Row(
                name: row.name, classes: row.classes, iou: scores.iou(.one) ?? 1,
                union: scores.truePositives + scores.falsePositives + scores.falseNegatives)
        }
    }

    init(rows: [Row]) { self.rows = rows }

    /// Why the rows do not say what to predict; nil where they do. At an IoU of 0 every pixel would be worth taking, and of a row
    /// without a pixel nothing is known.
    var problem: String? {
        if rows.isEmpty { return "no IoU was measured" }
        if let row = rows.first(where: { $0.union == 0 }) { return "no pixel was '\(row.name)' in truth or prediction" }
        return rows.first { $0.iou <= 0 }.map { "the IoU of '\($0.name)' was 0" }
    }

    /// The gain of predicting each class, in units of the smallest row's 1 / U.
    ///
    /// - Parameter scores: `[C, pixels]`, raw scores.
    /// - Returns: `[C, pixels]`.
    func values(of scores: [Float], pixels: Int) -> [Float] {
        let probabilities = Self.softmax(scores, pixels: pixels)
        var gains = [Float](repeating: 0, count: scores.count)
        let smallest = Double(rows.map(\.union).min() ?? 1)
        for row in rows {
            let weight = smallest / Double(row.union)
            let (slope, constant) = (Float((1 + row.iou) * weight), Float(row.iou * weight))
            var gain = [Float](repeating: -constant, count: pixels)
            for k in row.classes {
                for pixel in 0..<pixels { gain[pixel] += slope * probabilities[k * pixels + pixel] }
            }
            for k in row.classes {
                for pixel in 0..<pixels { gains[k * pixels + pixel] += gain[pixel] }
            }
        }
        return gains
    }

    /// The same as a linear map of probabilities: the gain of class k is Σ_j slopes[k][j] p_j + constants[k].
    package func linear(classCount: Int) -> (slopes: [[Float]], constants: [Float]) {
        var slopes = [[Float]](repeating: [Float](repeating: 0, count: classCount), count: classCount)
        var constants = [Float](repeating: 0, count: classCount)
        let smallest = Double(rows.map(\.union).min() ?? 1)
        for row in rows {
            let weight = smallest / Double(row.union)
            for k in row.classes {
                for j in row.classes { slopes[k][j] += Float((1 + row.iou) * weight) }
                constants[k] -= Float(row.iou * weight)
            }
        }
        return (slopes, constants)
    }

    private static func softmax(_ scores: [Float], pixels: Int) -> [Float] {
        let classCount = scores.count / max(pixels, 1)
        var largest = Array(scores[..<pixels])
        for k in 1..<max(classCount, 1) {
            for pixel in 0..<pixels { largest[pixel] = max(largest[pixel], scores[k * pixels + pixel]) }
        }
        var values = scores
        var sums = [Float](repeating: 0, count: pixels)
        for k in 0..<classCount {
            for pixel in 0..<pixels {
                let value = exp(scores[k * pixels + pixel] - largest[pixel])
                values[k * pixels + pixel] = value
                sums[pixel] += value
            }
        }
        for k in 0..<classCount {
            for pixel in 0..<pixels { values[k * pixels + pixel] /= sums[pixel] }
        }
        return values
    }
}
