import CKernels
import Torch

/// A batch that the fused CPU kernels take: value and gradient come from one pass or two over the logits, and no
/// intermediate is stored.
///
/// The composed form of each objective stays its definition; it serves every other device, dtype and layout, and the tests
/// hold the kernels against it.
struct FusedBatch {
    private let logits: Tensor
    private let labels: Tensor
    private let isChannelsLast: Bool
    private let ignoreLabel: Int?
    let imageCount: Int
    let classCount: Int
    /// Pixels that take part.
    let pixelCount: Int
    /// Sum of the weights of their classes; their number without weights.
    let weight: Double

    /// Nil where the composed form must serve, be it to refuse labels with an exact message.
    ///
    /// - Parameter weights: of the classes.
    init?(logits: Tensor, labels: Tensor, ignoreLabel: Int?, weights: [Float]? = nil) throws {
        let shape = logits.shape
        guard logits.device == .cpu, labels.device == .cpu, [.float32, .bfloat16].contains(logits.dtype),
            [.uint8, .int64].contains(labels.dtype), shape.count >= 3, (2...Int(CK_MAX_CLASSES)).contains(shape[1]),
            labels.shape == [shape[0]] + shape.dropFirst(2), logits.count > 0, (ignoreLabel ?? 0) >= 0
        else { return nil }
        let channelsLast: MemoryFormat = shape.count == 5 ? .channelsLast3D : .channelsLast
        let isPlain = logits.isContiguous()
        isChannelsLast = !isPlain && (4...5).contains(shape.count) && logits.isContiguous(channelsLast)
        self.logits = isPlain || isChannelsLast ? logits : try logits.contiguous()
        self.labels = try labels.contiguous()
        self.ignoreLabel = ignoreLabel
        imageCount = shape[0]
        classCount = shape[1]
        let count = Self.withBatch(self.logits, self.labels, isChannelsLast, ignoreLabel, gradient: nil) { batch in
            weights?.withUnsafeBufferPointer { ck_count_labels(&batch, $0.baseAddress) } ?? ck_count_labels(&batch, nil)
        }
        guard count.outside == 0 else { return nil }
        pixelCount = Int(count.counted)
        weight = count.weight
    }

    /// The value that a kernel computes, known to autograd as a function of the logits.
    ///
    /// - Parameter kernel: returns the value, and fills the gradient where the batch has room for it.
    func loss(_ kernel: (UnsafePointer<ck_batch>) -> Double) throws -> Tensor {
        guard needsGradient else { return try .scalar(run(gradient: nil, kernel)) }
        let gradient = try emptyGradient()
        let value = run(gradient: gradient, kernel)
        return try .withKnownGradient(value: .scalar(value), input: logits, gradient: gradient)
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
        let pixels = labels.count / imageCount
        return (perImage ? pixels : pixels * imageCount) <= Int(Int32.max)
    }

    private var needsGradient: Bool { logits.requiresGradient && isRecordingGradient }

    /// Squares and noise only for `noiseGamma` > 0.
    private func overlaps(noiseGamma: Float = 0) -> [ck_overlap] {
        var sums = [ck_overlap](repeating: ck_overlap(), count: imageCount * classCount)
        run(gradient: nil) { ck_overlap_sums($0, noiseGamma, &sums) }
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
        let gradient = try emptyGradient()
        run(gradient: gradient) { ck_overlap_backward($0, noiseGamma, coefficients) }
        return try .withKnownGradient(value: .scalar(number), input: logits, gradient: gradient)
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

    @discardableResult
    private func run<Result>(gradient: Tensor?, _ kernel: (UnsafePointer<ck_batch>) -> Result) -> Result {
        Self.withBatch(logits, labels, isChannelsLast, ignoreLabel, gradient: gradient) { kernel(&$0) }
    }

    /// Memory of the logits' shape, dtype and layout.
    private func emptyGradient() throws -> Tensor {
        let shape = logits.shape
        guard isChannelsLast else { return try .empty(shape, dtype: logits.dtype) }
        let stored = try Tensor.empty([shape[0]] + shape.dropFirst(2) + [shape[1]], dtype: logits.dtype)
        return try stored.permuted([0, shape.count - 1] + (1..<shape.count - 1))
    }

    private static func withBatch<Result>(
        _ logits: Tensor, _ labels: Tensor, _ isChannelsLast: Bool, _ ignoreLabel: Int?, gradient: Tensor?,
        _ body: (inout ck_batch) -> Result
    ) -> Result {
        let shape = logits.shape
        return logits.withUnsafeMutableAddress { logitAddress in
            labels.withUnsafeMutableAddress { labelAddress in
                func run(_ gradientAddress: UnsafeMutableRawPointer?) -> Result {
                    var batch = ck_batch(
                        logits: logitAddress, gradient: gradientAddress, labels: labelAddress,
                        float_type: logits.dtype == .float32 ? CK_FLOAT32 : CK_BFLOAT16,
                        label_type: labels.dtype == .uint8 ? CK_LABEL_UINT8 : CK_LABEL_INT64, channels_last: isChannelsLast,
                        images: Int64(shape[0]), classes: Int64(shape[1]), pixels: Int64(shape.dropFirst(2).reduce(1, *)),
                        ignore: Int64(ignoreLabel ?? -1))
                    return body(&batch)
                }
                return gradient.map { $0.withUnsafeMutableAddress { run($0) } } ?? run(nil)
            }
        }
    }
}
