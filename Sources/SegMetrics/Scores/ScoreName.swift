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
    /// mIoU^I: the mean over units of each one's mean IoU over the classes that its truth has.
    case iouOfUnits = "iou_i"
    /// mIoU^C: the mean over classes of each one's mean IoU over the units whose truth has it.
    case iouOfClasses = "iou_c"
    /// mIoU^D: the IoU of one matrix over the units; only of their worst part, since that of all is the data set's.
    case iouOfPixels = "iou_d"

    /// The scores that a class has.
    package static let ofClasses: [Score] = [.iou, .dice, .recall, .precision, .specificity]

    /// The fine-grained scores: Wang et al., *Revisiting Evaluation Metrics for Semantic Segmentation*, NeurIPS 2023. The empty rule
    /// does not touch them: a class takes part where the truth has it.
    package static let ofUnits: [Score] = [.iouOfUnits, .iouOfClasses, .iouOfPixels]

    /// As a table's head: `IoU`, `Dice`, `recall`.
    package var title: String {
        switch self {
        case .iou: "IoU"
        case .dice: "Dice"
        case .pixelAccuracy: "pixel accuracy"
        case .iouOfUnits: "mIoU^I"
        case .iouOfClasses: "mIoU^C"
        case .iouOfPixels: "mIoU^D"
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
/// `per_case_dice:lesion`. Scores of the whole data set have no prefix. Fine-grained scores are `per_case_miou_i_foreground`,
/// `per_image_miou_c_foreground`, and of the worst units `worst_10_per_case_miou_i_foreground`.
public struct ScoreName: Sendable, Hashable {
    public let level: ScoreLevel
    public let score: Score
    public let scope: ScoreScope
    /// In per cent: of fine-grained scores, the part of the units that score worst; nil for all of them.
    public let worst: Int?

    public init(
        _ score: Score, _ scope: ScoreScope = .foreground, _ level: ScoreLevel = .dataset, worst: Int? = nil
    ) {
        self.level = level
        self.score = score
        self.scope = score == .pixelAccuracy ? .all : scope
        self.worst = worst
    }

    /// The parts of the units whose scores stand in every evaluation.
    public static let worstParts = [10, 25]

    /// Every score of `rowCount` rows: by level, then by score, the rows before their means; then the fine-grained ones.
    ///
    /// - Parameter worstParts: of which parts of the units there are fine-grained scores, beside those of all.
    public static func every(rowCount: Int, worstParts: [Int] = Self.worstParts) -> [ScoreName] {
        additive(rowCount: rowCount) + fineGrained(rowCount: rowCount, worstParts: worstParts)
    }

    /// The scores that follow from sums over groups.
    static func additive(rowCount: Int) -> [ScoreName] {
        let scopes = (0..<rowCount).map(ScoreScope.one) + [.foreground, .all]
        return ScoreLevel.allCases.flatMap { level in
            Score.ofClasses.flatMap { score in scopes.map { ScoreName(score, $0, level) } }
                + [ScoreName(.pixelAccuracy, .all, level)]
        }
    }

    private static func fineGrained(rowCount: Int, worstParts: [Int]) -> [ScoreName] {
        let (rows, means) = ((0..<rowCount).map(ScoreScope.one), [ScoreScope.foreground, .all])
        return ScoreLevel.allCases.dropFirst().flatMap { level in
            ([nil] + worstParts).flatMap { (part: Int?) in
                Score.ofUnits.filter { part != nil || $0 != .iouOfPixels }.flatMap { score in
                    ((score == .iouOfUnits ? [] : rows) + means).map { ScoreName(score, $0, level, worst: part) }
                }
            }
        }
    }

    /// The name in writing.
    ///
    /// - Parameter rowNames: `ScoredClasses.rowNames`.
    /// - Precondition: the row, if it is of one, has a name.
    public func text(rowNames: [String]) -> String {
        let prefix = (worst.map { "\(Self.worstWord)\($0)_" } ?? "") + (level == .dataset ? "" : level.rawValue + "_")
        if score == .pixelAccuracy { return prefix + score.rawValue }
        // A mean of IoUs is an mIoU.
        let mean = score.rawValue.hasPrefix("iou") ? "m" + score.rawValue : score.rawValue
        switch scope {
        case .one(let index): return "\(prefix)\(score.rawValue):\(rowNames[index])"
        case .foreground: return "\(prefix)\(mean)_foreground"
        case .all: return "\(prefix)\(mean)_all"
        }
    }

    private static let worstWord = "worst_"

    /// The score that a name in writing stands for; nil for none.
    public init?(_ text: String, rowNames: [String]) {
        let isOfPart = text.hasPrefix(Self.worstWord)
        let part = isOfPart ? Int(text.dropFirst(Self.worstWord.count).prefix { $0 != "_" }) : nil
        let parts = part.map { (1...99).contains($0) ? [$0] : [] } ?? []
        let found = Self.every(rowCount: rowNames.count, worstParts: parts).first { $0.text(rowNames: rowNames) == text }
        guard let found else { return nil }
        self = found
    }
}
