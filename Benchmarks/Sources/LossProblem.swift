import MarginCalibration
import SegLosses
import Torch

/// Random logits and labels of one shape, and the passes that are timed on them.
struct LossProblem {
    static let shapes = [[4, 2, 224, 336], [6, 5, 224, 336], [6, 5, 768, 768], [1, 5, 128, 128, 128]]

    static let objectives = [
        "margin(form=paper)", "margin(form=authors)", "cross_entropy", "focal(gamma=2)", "dice(form=soft)",
        "dice(form=generalized)", "tversky(fp=0.3,fn=0.7)", "jaccard()", "nr_dice(gamma=1.5)", "ldam(max=0.5,scale=30)",
        "logit_adjusted(tau=1)", "margin(form=bound,over=image,sum=1)", "lovasz(per_image=false)",
        "margin(form=paper)+tversky(fp=0.3,fn=0.7)", "cross_entropy+dice(form=generalized)",
        "cross_entropy+lovasz(per_image=false)",
    ]

    /// [B, C, …]
    let shape: [Int]
    /// [B, C, …], float32, a leaf.
    let logits: Tensor
    /// [B, …], uint8.
    let labels: Tensor
    /// The same, int64, as libtorch wants them.
    let wideLabels: Tensor
    let context: LossContext

    init(_ shape: [Int]) throws {
        let generator = try Generator(seed: 1)
        self.shape = shape
        logits = try Tensor.empty(shape)
        try logits.normalInPlace(deviation: 3, generator)
        try logits.setRequiresGradient()
        let uniform = try Tensor.empty([shape[0]] + shape.dropFirst(2))
        try uniform.uniformInPlace(0, Double(shape[1]), generator)
        labels = try uniform.floor().to(.uint8)
        wideLabels = try labels.to(.int64)
        let labels = labels
        let counts = try (0..<shape[1]).map { try labels.equal(Double($0)).sum().itemAsInt() }
        context = LossContext(
            classNames: (0..<shape[1]).map { "\($0)" }, distribution: try LabelDistribution(counts: counts), ignoreLabel: nil)
    }

    /// Forward and backward of what a formula makes of the logits.
    func pass(_ value: () throws -> Tensor) throws {
        try logits.setGradient(nil)
        try value().backward()
    }

    func stockCrossEntropy() throws { try pass { try logits.crossEntropy(labels: wideLabels) } }

    func loss(_ expression: String) throws -> any SegmentationLoss { try LossExpression(expression).makeLoss(context) }

    var title: String { shape.map(String.init).joined(separator: "×") }
}
