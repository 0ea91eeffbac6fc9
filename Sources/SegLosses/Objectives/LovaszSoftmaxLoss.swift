import Torch

/// The Lovász-softmax loss: the convex extension of the Jaccard loss, taken at the errors of the softmax.
///
///     m_ik = |y_ik − p_ik|, in falling order over the pixels:   L_k = Σ_i m_ik ΔJ_ik
///     ΔJ_ik = 1 / U_i  where y_ik = 1,      I_i / (U_i (U_i − 1))  elsewhere
///     I_i = G − Σ_{j≤i} y_jk,   U_i = G + Σ_{j≤i} (1 − y_jk),   G = Σ_j y_jk
///
/// The mean over the classes that are present in the labels; over the batch as one set of pixels, or image by image and then
/// over the images. Images without a pixel that takes part are left out. Of equal errors the first pixel counts as the
/// larger, in the order of memory: the value does not depend on it, the gradient is one of several.
///
/// Berman et al. 2018, Algorithm 1, whose differences of J are written out here: in float32 the difference of two numbers near
/// 1 keeps few digits of what one pixel of millions changes.
public struct LovaszSoftmaxLoss: BatchLoss {
    /// Whether each image is a set of its own, as the authors of the margin calibration have it; upstream's default is the batch.
    public let perImage: Bool
    let ignoreLabel: Int?

    public init(perImage: Bool = false, ignoreLabel: Int? = nil) {
        self.perImage = perImage
        self.ignoreLabel = ignoreLabel
    }

    func composed(_ inputs: LossInputs) throws -> Tensor {
        guard inputs.pixelCount > 0 else { return try inputs.zero() }
        let isLabel = try inputs.isCountedLabel()
        let probabilities = try inputs.probabilities()
        // Below every error, so that ignored pixels come last and change no count before them.
        let errors = try (isLabel.to(probabilities.dtype) - probabilities).abs()
            .masked(where: inputs.isCounted.logicalNot().unsqueezed(1), with: -1)

        let (sorted, order) = try sets(errors).sorted(2, descending: true)
        let found = try sets(isLabel.to(.int64)).gathered(2, order)  // y in the order of errors
        let losses = try (sorted.relu() * Self.steps(found, dtype: sorted.dtype)).sum([2])  // [S, C]
        let isPresent = try found.sum([2]).greater(0)
        let classCounts = try isPresent.sum([1]).to(losses.dtype)  // [S]
        let means =
            try losses.masked(where: isPresent.logicalNot(), with: 0).sum([1])
            / classCounts.maximum(Tensor.scalar(1, dtype: losses.dtype, device: losses.device))
        return try means.mean(where: classCounts.greater(0))
    }

    func fusedTerm(in batch: any CountedLabels) -> FusedTerm? {
        batch.pixelCount > 0 ? .lovasz(perImage: perImage) : nil
    }

    /// ΔJ, [S, C, N]. Counted in whole numbers: float32 stops at 2²⁴, fewer than the voxels of a large scan.
    ///
    /// - Parameter found: [S, C, N], int64, 1 where the pixel has the class, by falling error.
    private static func steps(_ found: Tensor, dtype: DType) throws -> Tensor {
        let total = try found.sum([2], keepingAxes: true)
        let seen = try found.cumulativeSum(2)
        let places = try Tensor.range(found.shape[2], device: found.device) + 1  // i, counted from 1
        let union = total + places - seen
        // U − 1 is 0 only for a class without pixels, which takes no part.
        let below = try (union - 1).maximum(Tensor.scalar(1, dtype: .int64, device: found.device)).to(dtype)
        let wideUnion = try union.to(dtype)
        let isFound = try found.greater(0)
        return try wideUnion.power(-1).chosen(where: isFound, otherwise: (total - seen).to(dtype) / (wideUnion * below))
    }

    /// [B, C, …] as sets of pixels, [S, C, N]: S is B, or 1 where the batch is one set.
    private func sets(_ values: Tensor) throws -> Tensor {
        let shape = values.shape
        let pixels = shape.dropFirst(2).reduce(1, *)
        let images = try values.reshaped([shape[0], shape[1], pixels])
        return perImage ? images : try images.permuted([1, 0, 2]).reshaped([1, shape[1], shape[0] * pixels])
    }
}
