import MarginCalibration

/// What an objective may need to know of the data it will be trained on.
public struct LossContext: Sendable {
    public let classNames: [String]
    /// Of the training split, at native size.
    public let distribution: LabelDistribution?
    public let ignoreLabel: Int?

    public init(classNames: [String], distribution: LabelDistribution?, ignoreLabel: Int?) {
        self.classNames = classNames
        self.distribution = distribution
        self.ignoreLabel = ignoreLabel
    }
}

/// The losses that an expression may name.
public enum LossCatalogue {
    /// A loss as it is written: its name, its parameters, and how it is made.
    public struct Entry: Sendable {
        public let name: String
        public let summary: String
        public let parameters: [Parameter]
        /// Whether it can be made without counting labels.
        let make: @Sendable (LossArguments, LossContext) throws -> any SegmentationLoss
    }

    public struct Parameter: Sendable {
        public let name: String
        /// Its values and its default, for people.
        public let summary: String
    }

    public static let entries: [Entry] = [crossEntropy, margin]

    private static let crossEntropy = Entry(
        name: "cross_entropy", summary: "mean of -ln softmax(s)_y",
        parameters: [Parameter(name: "weights", summary: "[w0, w1, …], one for each class; default none")]
    ) { arguments, context in
        let weights = try arguments.list("weights")
        if let weights, weights.count != context.classNames.count {
            throw arguments.error("weights", "expected \(context.classNames.count) numbers, one for each class, found \(weights.count)")
        }
        return CrossEntropyLoss(weights: weights, ignoreLabel: context.ignoreLabel)
    }

    private static let margin = Entry(
        name: "margin", summary: "the margin-calibrated loss (Eqs. 27-29), offsets from the training labels",
        parameters: [
            Parameter(name: "form", summary: "paper or authors; default paper"),
            Parameter(name: "tau", summary: "scale of the offsets, default 10"),
            Parameter(name: "nu", summary: "balance of rho_k0 against rho_0k, default 1 (with sum: twice the smallest allowed)"),
            Parameter(name: "sum", summary: "instead of tau: rescales the offsets so that they add up to this"),
        ]
    ) { arguments, context in
        guard let distribution = context.distribution else {
            throw arguments.error(nil, "margin needs the class counts of the training labels")
        }
        let form = try arguments.choice("form", of: MarginCalibrationLoss.Form.self) ?? .paper
        let tau = try arguments.number("tau")
        let sum = try arguments.number("sum")
        if tau != nil, sum != nil { throw arguments.error("sum", "tau and sum exclude each other; give one") }
        let scale = sum.map(MarginOffsets.Scale.sum) ?? .absolute(tau: tau ?? 10)
        let offsets = try MarginOffsets(
            distribution, scale: scale, nu: try arguments.number("nu"), classNames: context.classNames)
        return MarginCalibrationLoss(form: form, offsets: offsets, ignoreLabel: context.ignoreLabel)
    }
}
