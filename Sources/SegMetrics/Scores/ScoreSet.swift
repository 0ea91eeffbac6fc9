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

    /// TP / (TP + FP + FN) of each row.
    public let iou: [Double?]
    /// 2 TP / (2 TP + FP + FN) of each row.
    public let dice: [Double?]
    /// TP / (TP + FN) of each row.
    public let recall: [Double?]
    /// TP / (TP + FP) of each row.
    public let precision: [Double?]
    /// TN / (TN + FP) of each row.
    public let specificity: [Double?]

    /// In how many units the truth has no pixel of a row: its recall is not defined there.
    public let emptyInTruth: [Int]
    /// In how many units the prediction has no pixel of a row: its precision is not defined there.
    public let emptyInPrediction: [Int]
    /// In how many units neither has: IoU and Dice follow the empty rule there.
    public let emptyInBoth: [Int]

    /// The mean IoU over the foreground (`ScoredClasses.foreground`): the mIoU of the paper's tables.
    public let miouForeground: Double?
    /// The mean IoU over the foreground and the background.
    public let miouAll: Double?
    /// The mean Dice over the foreground.
    public let diceForeground: Double?
    /// The mean Dice over the foreground and the background.
    public let diceAll: Double?
    /// The mean recall over the foreground: what the paper's tables call pixel accuracy.
    public let recallForeground: Double?
    /// The mean recall over the foreground and the background.
    public let recallAll: Double?
    /// The mean precision over the foreground.
    public let precisionForeground: Double?
    /// The mean precision over the foreground and the background.
    public let precisionAll: Double?
    /// The mean specificity over the foreground.
    public let specificityForeground: Double?
    /// The mean specificity over the foreground and the background.
    public let specificityAll: Double?
    /// The share of all pixels that are predicted right.
    public let pixelAccuracy: Double?

    /// The scores of units, a matrix each.
    ///
    /// - Precondition: the matrices are of these classes.
    public init(averaging matrices: [ConfusionMatrix], of classes: ScoredClasses, rule: EmptyRule) {
        let classCount = classes.names.count
        precondition(matrices.allSatisfy { $0.classCount == classCount }, "matrices of other than \(classCount) classes")
        let counted = matrices.filter { $0.total > 0 }
        let scores = classes.rows.map { row in counted.map { ClassScores(of: row.classes, in: $0) } }
        func foreground(_ scores: [Double?]) -> Double? { mean(classes.foreground.map { scores[$0] }) }
        func all(_ scores: [Double?]) -> Double? { mean(classes.all.map { scores[$0] }) }
        func average(_ score: (ClassScores) -> Double?) -> [Double?] { scores.map { mean($0.map(score)) } }

        units = counted.count
        unitsWithoutPixels = matrices.count - counted.count
        iou = average { $0.iou(rule) }
        dice = average { $0.dice(rule) }
        recall = average { $0.recall }
        precision = average { $0.precision }
        specificity = average { $0.specificity }
        emptyInTruth = scores.map { $0.count { $0.isEmptyInTruth } }
        emptyInPrediction = scores.map { $0.count { $0.isEmptyInPrediction } }
        emptyInBoth = scores.map { $0.count { $0.isEmptyInTruth && $0.isEmptyInPrediction } }
        miouForeground = foreground(iou)
        miouAll = all(iou)
        diceForeground = foreground(dice)
        diceAll = all(dice)
        recallForeground = foreground(recall)
        recallAll = all(recall)
        precisionForeground = foreground(precision)
        precisionAll = all(precision)
        specificityForeground = foreground(specificity)
        specificityAll = all(specificity)
        pixelAccuracy = mean(counted.map(\.pixelAccuracy))
    }

    /// The number that a name stands for at this level.
    ///
    /// - Precondition: the scope is of these classes.
    public func value(_ score: Score, _ scope: ScoreScope) -> Double? {
        let (classes, foreground, all): ([Double?], Double?, Double?) =
            switch score {
            case .iou: (iou, miouForeground, miouAll)
            case .dice: (dice, diceForeground, diceAll)
            case .recall: (recall, recallForeground, recallAll)
            case .precision: (precision, precisionForeground, precisionAll)
            case .specificity: (specificity, specificityForeground, specificityAll)
            case .pixelAccuracy: ([], nil, pixelAccuracy)
            }
        switch scope {
        case .one(let index): return classes[index]
        case .foreground: return foreground
        case .all: return all
        }
    }
}

extension ScoreSet: Codable {
    enum CodingKeys: String, CodingKey {
        case units
        case unitsWithoutPixels = "units_without_pixels"
        case iou, dice, recall, precision, specificity
        case emptyInTruth = "empty_in_truth"
        case emptyInPrediction = "empty_in_prediction"
        case emptyInBoth = "empty_in_both"
        case miouForeground = "miou_foreground"
        case miouAll = "miou_all"
        case diceForeground = "dice_foreground"
        case diceAll = "dice_all"
        case recallForeground = "recall_foreground"
        case recallAll = "recall_all"
        case precisionForeground = "precision_foreground"
        case precisionAll = "precision_all"
        case specificityForeground = "specificity_foreground"
        case specificityAll = "specificity_all"
        case pixelAccuracy = "pixel_accuracy"
    }

    /// Written out because the synthesized form drops the key of a nil: an undefined score is an explicit null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(units, forKey: .units)
        try container.encode(unitsWithoutPixels, forKey: .unitsWithoutPixels)
        try container.encode(iou, forKey: .iou)
        try container.encode(dice, forKey: .dice)
        try container.encode(recall, forKey: .recall)
        try container.encode(precision, forKey: .precision)
        try container.encode(specificity, forKey: .specificity)
        try container.encode(emptyInTruth, forKey: .emptyInTruth)
        try container.encode(emptyInPrediction, forKey: .emptyInPrediction)
        try container.encode(emptyInBoth, forKey: .emptyInBoth)
        try container.encode(miouForeground, forKey: .miouForeground)
        try container.encode(miouAll, forKey: .miouAll)
        try container.encode(diceForeground, forKey: .diceForeground)
        try container.encode(diceAll, forKey: .diceAll)
        try container.encode(recallForeground, forKey: .recallForeground)
        try container.encode(recallAll, forKey: .recallAll)
        try container.encode(precisionForeground, forKey: .precisionForeground)
        try container.encode(precisionAll, forKey: .precisionAll)
        try container.encode(specificityForeground, forKey: .specificityForeground)
        try container.encode(specificityAll, forKey: .specificityAll)
        try container.encode(pixelAccuracy, forKey: .pixelAccuracy)
    }
}
