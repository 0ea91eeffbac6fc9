/// The scores of each row, a class or a region, and their means, averaged over units: the data set as one, its groups, its
/// cases, or its images.
///
/// A row's score is the mean over the units where it is defined; a mean over rows is the mean of those that are
/// defined; what is defined nowhere is nil. A unit without a pixel that counts (all ignored) takes no part.
public struct ScoreSet: Sendable, Hashable {
    /// The units averaged over.
    public let units: Int
    /// Units left out because all their pixels are ignored.
    public let unitsWithoutPixels: Int
    /// In how many units the truth has no pixel of a row: its recall is not defined there.
    public let emptyInTruth: [Int]
    /// In how many units the prediction has no pixel of a row: its precision is not defined there.
    public let emptyInPrediction: [Int]
    /// In how many units neither has: IoU and Dice follow the empty rule there.
    public let emptyInBoth: [Int]
    /// Each score of `Score.ofClasses`, of every row.
    private let rows: [Score: [Double?]]
    /// What is defined of `meanNames`.
    private let means: [ScoreName: Double]

    private static let meanNames =
        Score.ofClasses.flatMap { [ScoreName($0, .foreground), ScoreName($0, .all)] } + [ScoreName(.pixelAccuracy)]

    /// The scores of units, a matrix each.
    ///
    /// - Precondition: the matrices are of these classes.
    public init(averaging matrices: [ConfusionMatrix], of classes: ScoredClasses, rule: EmptyRule) {
        let classCount = classes.names.count
        precondition(matrices.allSatisfy { $0.classCount == classCount }, "matrices of other than \(classCount) classes")
        let counted = matrices.filter { $0.total > 0 }
        let scores = classes.rows.map { row in counted.map { ClassScores(of: row.classes, in: $0) } }
        units = counted.count
        unitsWithoutPixels = matrices.count - counted.count
        emptyInTruth = scores.map { $0.count { $0.isEmptyInTruth } }
        emptyInPrediction = scores.map { $0.count { $0.isEmptyInPrediction } }
        emptyInBoth = scores.map { $0.count { $0.isEmptyInTruth && $0.isEmptyInPrediction } }
        var (rows, means): ([Score: [Double?]], [ScoreName: Double]) = ([:], [:])
        for score in Score.ofClasses {
            let averages = scores.map { mean($0.map { $0.value(score, rule) }) }
            rows[score] = averages
            means[ScoreName(score, .foreground)] = mean(classes.foreground.map { averages[$0] })
            means[ScoreName(score, .all)] = mean(classes.all.map { averages[$0] })
        }
        means[ScoreName(.pixelAccuracy)] = mean(counted.map(\.pixelAccuracy))
        (self.rows, self.means) = (rows, means)
    }

    /// The number that a name stands for at this level; nil where it is not defined, and for fine-grained scores, which are estimates
    /// of their own.
    ///
    /// - Precondition: the scope is of these classes.
    public func value(_ score: Score, _ scope: ScoreScope) -> Double? {
        if case .one(let index) = scope { rows[score]?[index] ?? nil } else { means[ScoreName(score, scope)] }
    }
}

/// The scores that are asked for most.
extension ScoreSet {
    /// TP / (TP + FP + FN) of each row.
    public var iou: [Double?] { rows[.iou] ?? [] }
    /// 2 TP / (2 TP + FP + FN) of each row.
    public var dice: [Double?] { rows[.dice] ?? [] }
    /// TP / (TP + FN) of each row.
    public var recall: [Double?] { rows[.recall] ?? [] }
    /// TP / (TP + FP) of each row.
    public var precision: [Double?] { rows[.precision] ?? [] }
    /// The mean IoU over the foreground (`ScoredClasses.foreground`): the mIoU of the paper's tables.
    public var miouForeground: Double? { value(.iou, .foreground) }
    /// The mean IoU over the foreground and the background.
    public var miouAll: Double? { value(.iou, .all) }
    /// The mean Dice over the foreground.
    public var diceForeground: Double? { value(.dice, .foreground) }
    /// The mean Dice over the foreground and the background.
    public var diceAll: Double? { value(.dice, .all) }
    /// The mean recall over the foreground: what the paper's tables call pixel accuracy.
    public var recallForeground: Double? { value(.recall, .foreground) }
    /// The share of all pixels that are predicted right.
    public var pixelAccuracy: Double? { value(.pixelAccuracy, .all) }
}

/// Scores stand under their names in writing; one that is not defined is an explicit null.
extension ScoreSet: Codable {
    private struct Key: CodingKey, ExpressibleByStringLiteral {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init(stringLiteral: String) { stringValue = stringLiteral }
        init?(intValue: Int) { nil }
        init(_ score: Score) { stringValue = score.rawValue }
        init(_ mean: ScoreName) { stringValue = mean.text(rowNames: []) }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        units = try container.decode(Int.self, forKey: "units")
        unitsWithoutPixels = try container.decode(Int.self, forKey: "units_without_pixels")
        emptyInTruth = try container.decode([Int].self, forKey: "empty_in_truth")
        emptyInPrediction = try container.decode([Int].self, forKey: "empty_in_prediction")
        emptyInBoth = try container.decode([Int].self, forKey: "empty_in_both")
        rows = try Score.ofClasses.reduce(into: [:]) { $0[$1] = try container.decode([Double?].self, forKey: Key($1)) }
        means = try Self.meanNames.reduce(into: [:]) { $0[$1] = try container.decodeIfPresent(Double.self, forKey: Key($1)) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(units, forKey: "units")
        try container.encode(unitsWithoutPixels, forKey: "units_without_pixels")
        try container.encode(emptyInTruth, forKey: "empty_in_truth")
        try container.encode(emptyInPrediction, forKey: "empty_in_prediction")
        try container.encode(emptyInBoth, forKey: "empty_in_both")
        for (score, values) in rows { try container.encode(values, forKey: Key(score)) }
        for name in Self.meanNames { try container.encode(means[name], forKey: Key(name)) }
    }
}
