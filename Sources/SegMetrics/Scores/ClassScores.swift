/// The scores of one class, or of several as one, against all others, from their four counts.
public struct ClassScores: Sendable, Hashable {
    /// TP: pixels of the class that were predicted as it.
    public let truePositives: Int
    /// FP: pixels of other classes that were predicted as it.
    public let falsePositives: Int
    /// FN: pixels of the class that were predicted as others.
    public let falseNegatives: Int
    /// TN: all other pixels.
    public let trueNegatives: Int

    /// The counts of one class.
    ///
    /// - Precondition: `index` is a class of the matrix.
    public init(of index: Int, in matrix: ConfusionMatrix) { self.init(of: [index], in: matrix) }

    /// The counts of several classes as one: a pixel of one that was predicted as another of them is right.
    ///
    /// - Precondition: `classes` are different classes of the matrix.
    public init(of classes: [Int], in matrix: ConfusionMatrix) {
        let all = 0..<matrix.classCount
        func sum(_ rows: some Sequence<Int>, _ columns: some Sequence<Int>) -> Int {
            rows.reduce(0) { total, row in columns.reduce(total) { $0 + matrix[truth: row, prediction: $1] } }
        }
        truePositives = sum(classes, classes)
        falsePositives = sum(all, classes) - truePositives
        falseNegatives = sum(classes, all) - truePositives
        trueNegatives = matrix.total - truePositives - falsePositives - falseNegatives
    }

    /// Whether no pixel is of the class.
    public var isEmptyInTruth: Bool { truePositives + falseNegatives == 0 }
    /// Whether no pixel was predicted as the class.
    public var isEmptyInPrediction: Bool { truePositives + falsePositives == 0 }

    /// TP / (TP + FP + FN), the Jaccard index; 0/0 by the rule.
    public func iou(_ rule: EmptyRule) -> Double? {
        Self.ratio(truePositives, truePositives + falsePositives + falseNegatives) ?? rule.score
    }

    /// 2 TP / (2 TP + FP + FN); 0/0 by the rule.
    public func dice(_ rule: EmptyRule) -> Double? {
        Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) ?? rule.score
    }

    /// TP / (TP + FN), sensitivity; what the paper's tables call pixel accuracy. Nil where the truth has no such pixel.
    public var recall: Double? { Self.ratio(truePositives, truePositives + falseNegatives) }
    /// TP / (TP + FP); nil where the prediction has no such pixel.
    public var precision: Double? { Self.ratio(truePositives, truePositives + falsePositives) }
    /// TN / (TN + FP); nil where every pixel is of the class.
    public var specificity: Double? { Self.ratio(trueNegatives, trueNegatives + falsePositives) }

    /// One of `Score.ofClasses`; nil where it is not defined.
    func value(_ score: Score, _ rule: EmptyRule) -> Double? {
        switch score {
        case .iou: iou(rule)
        case .dice: dice(rule)
        case .recall: recall
        case .precision: precision
        case .specificity: specificity
        case .pixelAccuracy, .iouOfUnits, .iouOfClasses, .iouOfPixels: nil
        }
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
}

/// What an IoU or a Dice of 0/0 is: the class occurs neither in the truth nor in the prediction.
public enum EmptyRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// A perfect score, 1: the paper's convention.
    case one
    /// Undefined: left out of means, and counted as left out.
    case skip

    /// The score of a class that is empty in both maps.
    fileprivate var score: Double? { self == .one ? 1 : nil }
}
