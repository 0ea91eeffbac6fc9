import CKernels
import Torch

/// A batch whose labels are classes, for kernels that make value and gradient in one pass or two over the logits and store no
/// intermediate.
struct FusedBatch {
    private let batch: KernelBatch
    /// Pixels that take part.
    let pixelCount: Int
    /// Sum of the weights of their classes; their number without weights.
    let weight: Double

    var imageCount: Int { batch.imageCount }
    var classCount: Int { batch.classCount }

    /// Nil where the composed form must serve, be it to refuse labels with an exact message.
    ///
    /// - Parameter weights: of the classes.
    init?(logits: Tensor, labels: Tensor, ignoreLabel: Int?, weights: [Float]? = nil) throws {
        guard let batch = try KernelBatch(logits: logits, labels: labels, ignoreLabel: ignoreLabel) else { return nil }
        let count = batch.run { batch in
            weights?.withUnsafeBufferPointer { ck_count_labels(batch, $0.baseAddress) } ?? ck_count_labels(batch, nil)
        }
        guard count.outside == 0 else { return nil }
        self.batch = batch
        pixelCount = Int(count.counted)
        weight = count.weight
    }

    /// The value that a kernel computes, known to autograd as a function of the logits.
    ///
    /// - Parameter kernel: returns the value, and fills the gradient where the batch has room for it.
    func loss(_ kernel: (UnsafePointer<ck_batch>) -> Double) throws -> Tensor {
        guard needsGradient else { return try .scalar(batch.run(kernel)) }
        let gradient = try batch.emptyGradient()
        let value = batch.run(gradient: gradient, kernel)
        return try .withKnownGradient(value: .scalar(value), input: batch.logits, gradient: gradient)
    }

    /// A loss of the soft overlaps: the kernel sums them, `formula` is differentiated on those few numbers, and the kernel
    /// carries its derivatives back through the softmax.
    func overlapLoss(_ formula: (SoftOverlap) throws -> Tensor) throws -> Tensor {
        let sums = overlaps()
        let common = try leaf(sums.map(\.overlap))
        let predicted = try leaf(sums.map(\.predicted))
        let value = try formula(SoftOverlap(common: common, predicted: predicted, labelled: matrix(sums.map(\.labelled))))
        return try loss(value) {
            let byCommon = try derivative(of: common)
            let byPredicted = try derivative(of: predicted)
            return zip(byCommon, byPredicted).map { .init(on_label: $0 + $1, off_label: $1, square: 0, noise: 0) }
        }
    }

    /// A loss of Σ |p − y|^γ, Σ p² and Σ y, each [B, C].
    func noiseLoss(gamma: Double, _ formula: (_ noise: Tensor, _ squared: Tensor, _ labelled: Tensor) throws -> Tensor) throws
        -> Tensor
    {
        let sums = overlaps(noiseGamma: Float(gamma))
        let noise = try leaf(sums.map(\.noise))
        let squared = try leaf(sums.map(\.squared))
        let value = try formula(noise, squared, matrix(sums.map(\.labelled)))
        return try loss(value, noiseGamma: Float(gamma)) {
            let byNoise = try derivative(of: noise)
            let bySquared = try derivative(of: squared)
            return zip(byNoise, bySquared).map { .init(on_label: 0, off_label: 0, square: $1, noise: $0) }
        }
    }

    /// Whether the places of all pixels that are sorted together fit the sort's 31 bits.
    func fitsSort(perImage: Bool) -> Bool {
        (perImage ? batch.pixelCount : batch.pixelCount * imageCount) <= Int(Int32.max)
    }

    private var needsGradient: Bool { batch.logits.requiresGradient && isRecordingGradient }

    /// Squares and noise only for `noiseGamma` > 0.
    private func overlaps(noiseGamma: Float = 0) -> [ck_overlap] {
        var sums = [ck_overlap](repeating: ck_overlap(), count: imageCount * classCount)
        batch.run { ck_overlap_sums($0, noiseGamma, &sums) }
        return sums
    }

    /// The value of a formula on sums, and the gradient that follows from its derivatives.
    private func loss(
        _ value: Tensor, noiseGamma: Float = 0, coefficients: () throws -> [ck_overlap_gradient]
    ) throws -> Tensor {
        let number = try value.item()
        guard needsGradient else { return try .scalar(number) }
        try value.backward()
        let coefficients = try coefficients()
        let gradient = try batch.emptyGradient()
        batch.run(gradient: gradient) { ck_overlap_backward($0, noiseGamma, coefficients) }
        return try .withKnownGradient(value: .scalar(number), input: batch.logits, gradient: gradient)
    }

    /// [B, C] in double precision: the sums have more digits than a float holds.
    private func matrix(_ values: [Double]) throws -> Tensor { try Tensor(values, shape: [imageCount, classCount]) }

    private func leaf(_ values: [Double]) throws -> Tensor {
        let leaf = try matrix(values)
        if needsGradient { try leaf.setRequiresGradient() }
        return leaf
    }

    /// Zero where the formula did not use the sum.
    private func derivative(of leaf: Tensor) throws -> [Float] {
        try leaf.gradient?.elements() ?? Array(repeating: 0, count: imageCount * classCount)
    }
}
