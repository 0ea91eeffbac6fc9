import Synchronization
import Torch

/// What an objective knows of the batches before: means of a batch's numbers that forget with a decay d for each batch.
///
///     m_t = Σ_j d^j x_{t−j} / Σ_j d^j
///
/// The first batch's mean is itself. Batches of images of another size, as the heads of deep supervision have them, have means of
/// their own. All of it stays on the batches' device.
public final class RunningMeans: Sendable {
    /// d.
    public let decay: Double
    /// Σ_j d^j x_{t−j} (1 − d), and the same of ones behind along the first axis; by size of the images.
    private let sums = Mutex<[String: Constant]>([:])

    /// Never written to after they are made, so that threads may share them.
    private struct Constant: @unchecked Sendable {
        let tensor: Tensor
    }

    /// - Precondition: 0 ≤ `decay` < 1.
    public init(decay: Double) {
        precondition(decay >= 0 && decay < 1, "no running mean for a decay of \(decay)")
        self.decay = decay
    }

    /// m_t for x_t = `values`, with the gradient of x_t; without a gradient `values`, and nothing is remembered.
    func updated(by values: Tensor, of size: [Int]) throws -> Tensor {
        guard isRecordingGradient, values.requiresGradient else { return values }
        let own = values.detached()
        let ones = try Tensor.ones([1] + own.shape.dropFirst(), dtype: own.dtype, device: own.device)
        let added = try Tensor.concatenated([own, ones], 0) * (1 - decay)
        let key = size.map(String.init).joined(separator: "x")
        let before = sums.withLock { $0[key]?.tensor }
        let sum = try before.map { try $0.to(own.dtype, device: own.device) * decay + added } ?? added
        sums.withLock { $0[key] = Constant(tensor: sum) }
        let count = own.shape[0]
        return try sum.narrowed(0, 0..<count) / sum.narrowed(0, count..<count + 1) + (values - own)
    }

    /// What `load` restores.
    package func state() -> [String: Tensor] { sums.withLock { $0.mapValues(\.tensor) } }

    package func load(_ state: [String: Tensor]) { sums.withLock { $0 = state.mapValues(Constant.init) } }
}
