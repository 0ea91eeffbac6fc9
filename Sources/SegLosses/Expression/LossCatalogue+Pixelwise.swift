/// Losses of one pixel after another.
extension LossCatalogue {
    /// Class weights that follow from counts.
    fileprivate enum Weights: String, CaseIterable { case inverse, effective }

    static let crossEntropy = Entry(
        name: "cross_entropy", summary: "the negative logarithm of the probability of the right class",
        formula: [
            "-ln softmax(s)_y, y is the pixel's label;  with weights w: sum of -w_y ln softmax(s)_y / sum of w_y",
            "inverse: w_k = n / (c n_k);  effective: w_k = (1 - beta) / (1 - beta^n_k);  n_k of n training pixels, c classes",
        ],
        parameters: [
            Parameter(
                "weights",
                "one number for each class, such as [1, 20], 0 or more; or of the training labels: inverse or effective",
                standard: "all 1"),
            Parameter(
                "beta", "of effective, from 0 to below 1: more pixels than 1 / (1 - beta) of a class count as that many",
                standard: "0.999999"),
        ],
        reduction: "mean over the pixels not ignored, weighted by their classes",
        source: "as PyTorch's cross_entropy; Cui et al. 2019: Class-Balanced Loss (effective)"
    ) { arguments in
        let weights = try arguments.classWeights()
        return { CrossEntropyLoss(weights: try weights($0), ignoreLabel: $0.ignoreLabel) }
    }

    static let logitAdjusted = Entry(
        name: "logit_adjusted", summary: "cross-entropy of scores that are raised by the logarithm of their class's frequency",
        formula: ["-ln softmax(s + tau ln p)_y;  p_k = n_k / n of the training pixels, y is the pixel's label"],
        parameters: [
            Parameter("tau", "how far, 0 or more; 0 is cross-entropy, 1 weighs the error of all classes alike", standard: "1")
        ],
        reduction: "mean over the pixels not ignored", source: "Menon et al. 2021: Long-tail learning via logit adjustment"
    ) { arguments in
        let tau = try arguments.number("tau", .notNegative) ?? 1
        return { context in
            try LogitAdjustedLoss(
                arguments.distribution(context), tau: tau, classNames: context.classNames, ignoreLabel: context.ignoreLabel)
        }
    }

    static let focal = Entry(
        name: "focal", summary: "cross-entropy that turns away from pixels which are right already",
        formula: ["-(1 - p_y)^gamma ln p_y;  p = softmax(s), y is the pixel's label"],
        parameters: [
            Parameter("gamma", "how far it turns away, 0 or more; 0 is cross-entropy", standard: "2"),
            Parameter(
                "detached",
                "true or false: the weight is a constant in the gradient (the authors of the margin calibration)",
                standard: "false"),
        ],
        reduction: "mean over the pixels not ignored", source: "Lin et al. 2017: Focal Loss for Dense Object Detection"
    ) { arguments in
        let gamma = try arguments.number("gamma", .notNegative) ?? 2
        let detached = try arguments.flag("detached") ?? false
        return { FocalLoss(gamma: gamma, detached: detached, ignoreLabel: $0.ignoreLabel) }
    }
}

extension LossArguments {
    /// As written, or of the training labels; nil without weights.
    fileprivate func classWeights() throws -> @Sendable (LossContext) throws -> [Double]? {
        let weights = try listOrChoice("weights", of: LossCatalogue.Weights.self)
        let beta = try number("beta", .belowOne)
        if case .choice(.effective) = weights {} else { try refuse(["beta"], without: "weights=effective") }
        switch weights {
        case nil: return { _ in nil }
        case .list(let weights):
            if weights.contains(where: { $0 < 0 }) || weights.allSatisfy({ $0 == 0 }) {
                throw error("weights", "expected weights of 0 or more, one of them above 0")
            }
            return { context in
                try check("weights", weights, hasOneForEachOf: context.classCount)
                return weights
            }
        case .choice(let rule):
            let weighting: ClassWeighting = rule == .inverse ? .inverse : .effective(beta: beta ?? 0.999999)
            return { try weighting.weights(of: distribution($0), classNames: $0.classNames) }
        }
    }
}
