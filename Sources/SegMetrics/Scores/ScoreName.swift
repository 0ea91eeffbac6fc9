/// What a score says of a class.
public enum Score: String, Sendable, Hashable, Codable, CaseIterable {
    /// TP / (TP + FP + FN).
    case iou
    /// 2 TP / (2 TP + FP + FN).
    case dice
    /// TP / (TP + FN).
    case recall
    /// TP / (TP + FP).
    case precision
    /// TN / (TN + FP).
    case specificity
    /// The share of all pixels that are right; of no class.
    case pixelAccuracy = "pixel_accuracy"

    /// The scores that a class has.
    package static let ofClasses: [Score] = [.iou, .dice, .recall, .precision, .specificity]

    /// As a table's head: `IoU`, `Dice`, `recall`.
    package var title: String {
        switch self {
        case .iou: "IoU"
        case .dice: "Dice"
        case .pixelAccuracy: "pixel accuracy"
        case .recall, .precision, .specificity: rawValue
        }
    }
}

/// What a score is computed on before it is averaged.
public enum ScoreLevel: String, Sendable, Hashable, Codable, CaseIterable {
    /// One matrix summed over the whole set; nothing is averaged.
    case dataset
    /// A matrix for each patient or video.
    case perGroup = "per_group"
    /// A matrix for each file: a volume, a slice, a frame.
    case perCase = "per_case"
    /// A matrix for each plane of a volume, or for each picture.
    case perImage = "per_image"
}

/// The rows that a score is of.
public enum ScoreScope: Sendable, Hashable {
    /// The row of this index: a class, or a region.
    case one(Int)
    /// The mean over `ScoredClasses.foreground`.
    case foreground
    /// The mean over `ScoredClasses.all`; of the pixel accuracy, all pixels.
    case all
}

/// One number of an evaluation under a name that says what it is.
///
/// In writing: `miou_foreground`, `dice_all`, `iou:lesion`, `pixel_accuracy`, and with what was averaged before it,
/// `per_case_dice:lesion`. Scores of the whole data set have no prefix.
public struct ScoreName: Sendable, Hashable {
    public let level: ScoreLevel
    public let score: Score
    public let scope: ScoreScope

    public init(_ score: Score, _ scope: ScoreScope = .foreground, _ level: ScoreLevel = .dataset) {
        self.level = level
        self.score = score
        self.scope = score == .pixelAccuracy ? .all : scope
    }

    /// Every score of `rowCount` rows: by level, then by score, the rows before their means.
    public static func every(rowCount: Int) -> [ScoreName] {
        let scopes = (0..<rowCount).map(ScoreScope.one) + [.foreground, .all]
        return ScoreLevel.allCases.flatMap { level in
            Score.ofClasses.flatMap { score in scopes.map { ScoreName(score, $0, level) } }
                + [ScoreName(.pixelAccuracy, .all, level)]
        }
    }

    /// The name in writing.
    ///
    /// - Parameter rowNames: `ScoredClasses.rowNames`.
    /// - Precondition: the row, if it is of one, has a name.
    public func text(rowNames: [String]) -> String {
        let prefix = level == .dataset ? "" : level.rawValue + "_"
        if score == .pixelAccuracy { return prefix + score.rawValue }
        switch scope {
        case .one(let index): return "\(prefix)\(score.rawValue):\(rowNames[index])"
        case .foreground: return "\(prefix)\(score == .iou ? "miou" : score.rawValue)_foreground"
        case .all: return "\(prefix)\(score == .iou ? "miou" : score.rawValue)_all"
        }
    }

    /// The score that a name in writing stands for; nil for none.
    public init?(_ text: String, rowNames: [String]) {
        let found = Self.every(rowCount: rowNames.count).first { $0.text(rowNames: rowNames) == text }
        guard let found else { return nil }
        self = found
    }
}
