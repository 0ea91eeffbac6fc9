import Sampling
import SegInference
import SegLosses
import Torch

/// A stage's objective on the validation split, as the weights that are kept have it: without dropout or augmentation, on whole
/// planes at the network's size.
///
/// The objective is computed on batches of as many planes as a batch of training has, in the order of the split; planes of
/// another size begin a new batch, and the last batch may be smaller. The result is the mean over the batches, each weighted by
/// its pixels that are not ignored. An objective that is a mean over pixels thus becomes its mean over all pixels of the split,
/// whatever the batches are. One of overlap remains a mean over batches, here of neighbouring planes, where training shuffles.
struct ValidationLoss {
    private let loss: any SegmentationLoss
    private let batchSize: Int
    /// The batch to come: [1, C, H, W] each.
    private var logits: [Tensor] = []
    private var labels: [UInt8] = []
    private var sum = 0.0
    private var pixels = 0

    init(_ loss: any SegmentationLoss, batchSize: Int) {
        self.loss = loss
        self.batchSize = batchSize
    }

    /// - Throws: `CaseError.noLabel` for a case without labels.
    mutating func add(_ planes: PredictedSamples) throws {
        for (index, labels) in try planes.networkLabels().enumerated() {
            let plane = try planes.logits.narrowed(0, index..<index + 1)
            if let other = logits.first, other.shape != plane.shape { try finishBatch() }
            logits.append(plane)
            self.labels += labels
            if logits.count == batchSize { try finishBatch() }
        }
    }

    /// Over all planes so far; nil where no pixel counts, or where it is not finite.
    mutating func mean() throws -> Double? {
        try finishBatch()
        guard pixels > 0, sum.isFinite else { return nil }
        return sum / Double(pixels)
    }

    private mutating func finishBatch() throws {
        guard let first = logits.first else { return }
        let counted = labels.count { $0 != LabelMap.ignored }
        if counted > 0 {
            let shape = [logits.count] + first.shape.dropFirst(2)
            let value = try withInference {
                try loss(
                    logits: .concatenated(logits, 0).to(.float32),
                    labels: Tensor(labels, shape: shape).to(device: first.device)
                ).item()
            }
            sum += value * Double(counted)
            pixels += counted
        }
        logits = []
        labels = []
    }
}
