/// Losses of whole regions: overlaps of softmax and label.
extension LossCatalogue {
    static let dice = Entry(
        name: "dice", summary: "one minus the Dice overlap of softmax and label",
        formula: [
            "I = sum of p y, P = sum of p, Y = sum of y, for each class;  p = softmax(s), y the one-hot label, c classes",
            "soft:              1 - 1/c sum over k of (2 I_k + 1e-5) / (P_k + Y_k + 1e-5)",
            "generalized:       1 - 2 sum of w_k I_k / max(sum of w_k (P_k + Y_k), 1e-5),  w_k = 1 / max(Y_k^2, 1e-5)",
            "generalized_safe:  1 - 2 sum of w_k I_k / sum of w_k (P_k + Y_k),  w_k = 1 / Y_k^2 (absent: the largest)",
        ],
        parameters: [
            Parameter(
                "form", "soft, generalized (the authors of the margin calibration; absent classes swamp it) or generalized_safe",
                standard: "soft"),
            Parameter(
                "background", "true or false: whether the background counts as a class; nnU-Net's does not", standard: "true"),
        ],
        reduction: "sums over the pixels not ignored of the whole batch; all classes, or all but the background",
        source: "Milletari et al. 2016: V-Net (soft, here with linear sums); Sudre et al. 2017: Generalised Dice overlap"
    ) { arguments in
        let form = try arguments.choice("form", of: DiceLoss.Form.self) ?? .soft
        let background = try arguments.flag("background") ?? true
        // Data without a background have nothing to leave out.
        return { DiceLoss(form: form, background: background || !$0.hasBackground, ignoreLabel: $0.ignoreLabel) }
    }

    static let tversky = Entry(
        name: "tversky", summary: "Dice with false positives and false negatives weighed apart, to the power gamma",
        formula: [
            "(1 - TI)^gamma,  TI = (TP + smooth) / (TP + fp FP + fn FN + smooth)",
            "TP = sum of p y, FP = sum of p (1 - y), FN = sum of (1 - p) y;  p = softmax(s), y the one-hot label",
        ],
        parameters: [
            Parameter("fp", "weight of false positives, 0 or more", standard: "0.3"),
            Parameter("fn", "weight of false negatives, 0 or more", standard: "0.7"),
            Parameter("smooth", "added above and below, 0 or more", standard: "1"),
            Parameter("gamma", "power, above 0; 0.75 is the focal Tversky loss with Abraham and Khan's 4/3", standard: "1"),
        ],
        reduction: "sums over the pixels not ignored of an image; mean over images and classes, with background",
        source: "Salehi et al. 2017: Tversky loss function; Abraham and Khan 2019: focal Tversky, whose power is written 1/gamma"
    ) { arguments in
        let fp = try arguments.number("fp", .notNegative) ?? 0.3
        let fn = try arguments.number("fn", .notNegative) ?? 0.7
        if fp + fn == 0 { throw arguments.error("fn", "fp and fn are both 0; give one of them a weight") }
        let smooth = try arguments.number("smooth", .notNegative) ?? 1
        let gamma = try arguments.number("gamma", .positive) ?? 1
        return { TverskyLoss(fp: fp, fn: fn, smooth: smooth, gamma: gamma, ignoreLabel: $0.ignoreLabel) }
    }

    static let jaccard = Entry(
        name: "jaccard", summary: "one minus the soft intersection over union",
        formula: [
            "1 - (|x| + |y| - |x - y|) / (|x| + |y| + |x - y|),  sums of absolute values over the pixels of a class",
            "x = softmax(s), y the one-hot label",
        ],
        parameters: [
            Parameter("per_image", "true or false: each image a set of its own, or the batch", standard: "false")
        ],
        reduction: "sums over the pixels not ignored of a set; mean over the classes present in its labels, then over the sets",
        source: "Rahman and Wang 2016: Optimizing Intersection-Over-Union; Wang et al. 2023: Jaccard Metric Losses, the L1 form"
    ) { arguments in
        let perImage = try arguments.flag("per_image") ?? false
        return { JaccardLoss(perImage: perImage, ignoreLabel: $0.ignoreLabel) }
    }

    static let lovasz = Entry(
        name: "lovasz", summary: "Lovász-softmax, the convex extension of the Jaccard loss at the errors of the softmax",
        formula: [
            "sum over i of m_i (J_i - J_(i-1)), m = |y - p| of a class in falling order;  p = softmax(s), y the one-hot label",
            "J_i is one minus the intersection over union where the first i pixels are wrong",
        ],
        parameters: [
            Parameter(
                "per_image", "true or false: each image a set of its own (the authors of the margin calibration), or the batch",
                standard: "false")
        ],
        reduction: "the pixels not ignored of a set; mean over the classes present in its labels, then over the sets",
        source: "Berman et al. 2018: The Lovász-Softmax loss"
    ) { arguments in
        let perImage = try arguments.flag("per_image") ?? false
        return { LovaszSoftmaxLoss(perImage: perImage, ignoreLabel: $0.ignoreLabel) }
    }

    static let nrDice = Entry(
        name: "nr_dice", summary: "noise-robust Dice: between the mean absolute error (gamma = 1) and Dice (gamma = 2)",
        formula: ["sum of |p - y|^gamma / (sum of p^2 + sum of y^2 + 1e-5);  p = softmax(s), y the one-hot label"],
        parameters: [Parameter("gamma", "1 or more; smaller forgives more wrong labels", standard: "1.5")],
        reduction: "sums over the pixels not ignored of the whole batch; mean over all classes, with background",
        source: "Wang et al. 2020: A Noise-Robust Framework for Automatic Segmentation of COVID-19 Pneumonia Lesions"
    ) { arguments in
        let gamma = try arguments.number("gamma", .atLeastOne) ?? 1.5
        return { NRDiceLoss(gamma: gamma, ignoreLabel: $0.ignoreLabel) }
    }
}
