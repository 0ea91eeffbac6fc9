import CKernels
import Torch

/// What computes objectives where the logits are; addresses are of that device.
protocol ObjectiveKernels {
    /// Σ scale · term, [], float32; the batch's gradient is written.
    func value(of terms: [ck_device_term], _ batch: ck_device_batch, classes: Int, on device: Device) throws -> Tensor

    /// Σ p y and Σ p of each image and class: [B, C, 2], float32.
    func overlapSums(_ batch: ck_device_batch, classes: Int, on device: Device) throws -> Tensor

    /// Writes the batch's gradient.
    func overlapGradient(_ overlap: ck_device_overlap, classes: Int, on device: Device) throws
}

extension ck_device_terms {
    /// - Precondition: CK_DEVICE_TERMS terms at most.
    init(_ batch: ck_device_batch, _ terms: [ck_device_term]) {
        self.init()
        self.batch = batch
        count = Int32(terms.count)
        withUnsafeMutableBytes(of: &self.terms) { room in
            terms.withUnsafeBytes { room.copyMemory(from: $0) }
        }
    }
}
