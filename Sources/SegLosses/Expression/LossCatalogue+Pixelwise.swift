/// Losses of one pixel after another.
extension LossCatalogue {
    static let crossEntropy = Entry(
        name: "cross_entropy", summary: "the negative logarithm of the probability of the right class",
        formula: ["-ln softmax(s)_y, y is the pixel's label;  with weights w: sum of -w_y ln softmax(s)_y / sum of w_y"],
        parameters: [Parameter("weights", "one number for each class, such as [1, 20]; 0 or more", standard: "all 1")],
        reduction: "mean over the pixels not ignored, weighted by their classes", source: "as PyTorch's cross_entropy"
    ) { arguments in
        let weights = try arguments.list("weights")
        if let weights, weights.contains(where: { $0 < 0 }) || weights.allSatisfy({ $0 == 0 }) {
            throw arguments.error("weights", "expected weights of 0 or more, one of them above 0")
        }
        return { context in
            if let weights { try arguments.check("weights", weights, hasOneForEachOf: context.classCount) }
            return CrossEntropyLoss(weights: weights, ignoreLabel: context.ignoreLabel)
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
