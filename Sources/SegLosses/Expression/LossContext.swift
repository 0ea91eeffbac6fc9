import MarginCalibration

/// What an objective may need to know of the data it will be trained on.
public struct LossContext: Sendable {
    /// Empty where they have no names.
    public let classNames: [String]
    public let classCount: Int
    /// Whether class 0 is the background.
    public let hasBackground: Bool
    /// Of the training split, at native size.
    public let distribution: LabelDistribution?
    public let ignoreLabel: Int?

    public init(
        classNames: [String], hasBackground: Bool = true, distribution: LabelDistribution?, ignoreLabel: Int?
    ) {
        self.classNames = classNames
        self.hasBackground = hasBackground
        classCount = classNames.count
        self.distribution = distribution
        self.ignoreLabel = ignoreLabel
    }

    /// Classes without names.
    ///
    /// - Precondition: a distribution counts `classCount` classes.
    public init(classCount: Int, distribution: LabelDistribution?, ignoreLabel: Int?) {
        precondition(distribution.map { $0.classCount == classCount } ?? true, "a distribution of other classes")
        classNames = []
        hasBackground = true
        self.classCount = classCount
        self.distribution = distribution
        self.ignoreLabel = ignoreLabel
    }
}
