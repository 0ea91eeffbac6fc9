import Torch

extension SegmentationLoss {
    /// The batch for the kernels of its device; nil where the composed form must serve, be it to refuse labels with an exact message.
    static func fusedBatch(_ logits: Tensor, _ targets: Targets, ignoreLabel: Int?) throws -> (any FusedBatch)? {
        guard logits.device != .cpu else {
            return try HostBatch(logits: logits, labels: targets.labels, ignoreLabel: ignoreLabel)
        }
        guard logits.rank > 1 else { return nil }
        return try DeviceObjectiveKernels.checked(on: logits.device, classes: logits.shape[1]).flatMap {
            try DeviceKernelBatch(logits: logits, targets: targets, ignoreLabel: ignoreLabel, kernels: $0)
        }
    }
}
