import MarginCalibration

/// Losses whose margins come from the label distribution.
extension LossCatalogue {
    /// Whether the background gets offsets.
    fileprivate enum Background: String, CaseIterable { case include, exclude }
    fileprivate enum MarginForm: String, CaseIterable { case paper, authors, bound }
    fileprivate enum RampName: String, CaseIterable { case smooth, hard }
    /// Of which pixels a bound is.
    fileprivate enum ScopeName: String, CaseIterable { case image, data }

    static let margin = Entry(
        name: "margin", summary: "the margin-calibrated loss: rare classes must win by a larger offset, common ones by a smaller",
        formula: [
            "lambda_k = s_k - max over j != k of s_j;  y is the pixel's label, c the number of classes",
            "paper:    mean of log2(1 + 2^(rho_y0 - lambda_y)) + sum over k != y of log2(1 + 2^(rho_0k + lambda_k))",
            "authors:  mean of ln(1 + e^(rho_y0 - lambda_y)) + 1/c * sum over k != y of ln(1 + e^(rho_0k + lambda_k))",
            "bound:    1 - mean over k of (p_k - l_k0) / (p_k + l_0k);  p_k is the share of class k in the pixels",
            "          l_k0: sum over pixels of class k of r(rho_k0 - lambda_k);  l_0k: over the others of r(rho_0k + lambda_k)",
            "          both over the number of all pixels;  smooth: r(x) = 1 / (1 + e^(-x / temperature));  hard: Eq. 5",
            "rho_0k = tau * sqrt(n - n_k) / n_k;  rho_k0 = mu_k * rho_0k",
            "mu_k = p_k * sqrt(n_k) / (nu * (n - n_k) - p_k * sqrt(n - n_k));  n_k of n training pixels, p_k = n_k / n",
        ],
        parameters: [
            Parameter(
                "form",
                "paper or authors: Eqs. 27-29 as printed, or the authors' implementation; bound: the bound of Eqs. 7-8 itself",
                standard: "paper"),
            Parameter("tau", "scale of the offsets, above 0", standard: "10"),
            Parameter(
                "nu", "balance of rho_k0 against rho_0k, above the smallest at which rho_k0 is positive",
                standard: "1, with sum 2 * smallest"),
            Parameter(
                "sum",
                "instead of tau: what the rho_0k add up to, whatever the size of the data set; 0 for no offsets; auto: found by training",
                standard: "unused",
                excludes: ["tau"]),
            Parameter(
                "positive", "weight of the term of a pixel's own class, above 0; not of bound",
                standard: "1, with form=authors c"),
            Parameter("over", "of bound, image or data: of each image, or of all batches by running means", standard: "image"),
            Parameter(
                "decay", "of over=data, from 0 to below 1: how much of a mean a batch leaves; 0 is the batch", standard: "0.95"),
            Parameter(
                "ramp", "of bound, smooth or hard: hard never exceeds the IoU, and is no good to train with", standard: "smooth"),
            Parameter("temperature", "of ramp=smooth, above 0: how far it reaches", standard: "1"),
            Parameter("background", "include or exclude: whether the background, class 0, gets offsets", standard: "include"),
            Parameter(
                "exclude", "more classes whose offsets are 0, such as [3]; absent ones must be among them", standard: "none"),
            Parameter(
                "rho_0k", "all offsets by hand, such as [0, 1], with rho_k0; 0 or more", standard: "computed",
                excludes: ["tau", "nu", "sum", "background", "exclude"]),
            Parameter(
                "rho_k0", "all offsets by hand, with rho_0k; 0 or more", standard: "computed",
                excludes: ["tau", "nu", "sum", "background", "exclude"]),
        ],
        reduction:
            "mean over the pixels not ignored, of a sum over the classes; bound: mean over the classes present, then over the images",
        source:
            "Li, Yu, Zhang: Distribution-aware Margin Calibration for Medical Image Segmentation, Eqs. 4-8, 27-29, Corollary 1.1"
    ) { arguments in
        let form = try arguments.choice("form", of: MarginForm.self) ?? .paper
        let offsets = try arguments.marginOffsets()
        if form == .bound { return try arguments.marginBound(offsets) }
        try arguments.refuse(["over", "decay", "ramp", "temperature"], without: "form=bound")
        let positive = try arguments.number("positive", .positive)
        return { context in
            MarginCalibrationLoss(
                form: form == .paper ? .paper : .authors, offsets: try offsets(context), positiveWeight: positive,
                ignoreLabel: context.ignoreLabel)
        }
    }

    static let ldam = Entry(
        name: "ldam", summary: "cross-entropy with the score of the pixel's class lowered by a margin that grows with rarity",
        formula: [
            "-ln softmax(scale * (s - delta_y * e_y))_y;  e_y is 1 for the pixel's label y and 0 elsewhere",
            "delta_k = C / n_k^(1/4), C such that the largest is max;  n_k training pixels of class k",
        ],
        parameters: [
            Parameter("max", "the margin of the rarest class, 0 or more", standard: "0.5"),
            Parameter("scale", "of the scores, above 0; 30 suits scores between -1 and 1", standard: "30"),
        ],
        reduction: "mean over the pixels not ignored",
        source: "Cao et al. 2019: Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss"
    ) { arguments in
        let maximum = try arguments.number("max", .notNegative) ?? 0.5
        let scale = try arguments.number("scale", .positive) ?? 30
        return { context in
            try LDAMLoss(
                arguments.distribution(context), maximum: maximum, scale: scale, classNames: context.classNames,
                ignoreLabel: context.ignoreLabel)
        }
    }
}

extension LossArguments {
    /// The offsets as written: of a scale, or by hand.
    fileprivate func marginOffsets() throws -> @Sendable (LossContext) throws -> MarginOffsets {
        if let offsets = try offsetsByHand() { return offsets }
        let settings = try marginSettings()
        let withoutBackground = try excludesBackground
        return { context in
            guard context.hasBackground || !withoutBackground else {
                throw error("background", "there is no background to exclude (data.background: none); name classes with exclude")
            }
            return try settings.offsets(for: distribution(context), classNames: context.classNames)
        }
    }

    fileprivate func marginBound(
        _ offsets: @escaping @Sendable (LossContext) throws -> MarginOffsets
    ) throws -> LossCatalogue.Entry.Recipe {
        try refuse(["positive"], without: "form=paper or form=authors")
        let scope = try choice("over", of: LossCatalogue.ScopeName.self) ?? .image
        if scope == .image { try refuse(["decay"], without: "over=data") }
        let decay = try number("decay", .belowOne) ?? 0.95
        let isSmooth = try choice("ramp", of: LossCatalogue.RampName.self) != .hard
        if !isSmooth { try refuse(["temperature"], without: "ramp=smooth") }
        let temperature = try number("temperature", .positive) ?? 1
        return { context in
            MarginBoundLoss(
                offsets: try offsets(context), ramp: isSmooth ? .smooth(temperature: temperature) : .hard,
                scope: scope == .data ? .data(RunningMeans(decay: decay)) : .image, ignoreLabel: context.ignoreLabel)
        }
    }

    private var excludesBackground: Bool {
        get throws { try choice("background", of: LossCatalogue.Background.self) == .exclude }
    }

    /// What is written of offsets that follow from counts.
    func marginSettings() throws -> MarginSettings {
        var excluded = try classes("exclude") ?? []
        if try excludesBackground { excluded.insert(0) }
        return MarginSettings(
            scale: try number("sum").map(MarginOffsets.Scale.sum) ?? .absolute(tau: number("tau") ?? 10), nu: try number("nu"),
            excluding: excluded)
    }

    private func offsetsByHand() throws -> (@Sendable (LossContext) throws -> MarginOffsets)? {
        let (rho0k, rhoK0) = try (list("rho_0k"), list("rho_k0"))
        guard rho0k != nil || rhoK0 != nil else { return nil }
        guard let rho0k, let rhoK0 else {
            throw error(rho0k == nil ? "rho_k0" : "rho_0k", "rho_0k and rho_k0 belong together; give both")
        }
        return { context in
            try check("rho_0k", rho0k, hasOneForEachOf: context.classCount)
            try check("rho_k0", rhoK0, hasOneForEachOf: context.classCount)
            return try MarginOffsets(rho0k: rho0k, rhoK0: rhoK0)
        }
    }
}
