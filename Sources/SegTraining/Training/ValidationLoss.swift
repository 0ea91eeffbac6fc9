import Sampling
import SegInference
import SegLosses
import Torch

/// A stage's objective on the validation split, as the weights that are kept have it: without dropout or augmentation, at the
/// network's size.
///
/// The objective is computed on batches of as many planes as a batch of training has, in the order of the split; planes of
/// another size begin a new batch, and the last batch may be smaller. The result is the mean over the batches, each weighted by
/// its pixels that are not ignored. An objective that is a mean over pixels thus becomes its mean over all pixels of the split,
/// whatever the batches are. One of overlap remains a mean over batches, here of neighbouring planes, where training shuffles.
///
/// Of a volume that is scored in windows come parts of any shape; a batch is as many of them as have the pixels of a batch of
/// windows or more.
struct ValidationLoss {
    private let loss: any SegmentationLoss
    private let batchSize: Int
    /// Of a batch of parts; nil where whole samples come.
    private let batchPixels: Int?
    /// The batch to come: [1, C, H, W] each, or [1, C, pixels] of parts.
    private var logits: [Tensor] = []
    private var labels: [UInt8] = []
    private var sum = 0.0
    private var pixels = 0

    /// Of some batches.
    struct Total: Codable {
        /// Of the pixels' losses; nil where it is not finite.
        var sum: Double?
        var pixels: Int

        /// Nil where no pixel counts, or where it is not finite.
        var mean: Double? { pixels > 0 ? sum.map { $0 / Double(pixels) } : nil }

        static func += (left: inout Total, right: Total) {
            left.sum = left.sum.flatMap { left in right.sum.map { left + $0 } }
            left.pixels += right.pixels
        }
    }

    /// - Parameter window: whose scores come in parts; nil: whole samples come.
    init(_ loss: any SegmentationLoss, batchSize: Int, window: GridSize? = nil) {
        self.loss = loss
        self.batchSize = batchSize
        batchPixels = window.map { batchSize * $0.count }
    }

    /// - Throws: `CaseError.noLabel` for a case without labels.
    mutating func add(_ planes: PredictedSamples) throws {
        for (index, labels) in try planes.networkLabels().enumerated() {
            let plane = try planes.logits.narrowed(0, index..<index + 1)
            if let batchPixels {
                logits.append(try plane.reshaped([1, plane.shape[1], labels.count]))
                self.labels += labels
                if self.labels.count >= batchPixels { try finishBatch() }
                continue
            }
            if let other = logits.first, other.shape != plane.shape { try finishBatch() }
            logits.append(plane)
            self.labels += labels
            if logits.count == batchSize { try finishBatch() }
        }
    }

    /// Over all planes so far.
    mutating func total() throws -> Total {
        try finishBatch()
        return Total(sum: sum.isFinite ? sum : nil, pixels: pixels)
    }

    private mutating func finishBatch() throws {
        guard let first = logits.first else { return }
        let counted = labels.count { $0 != LabelMap.ignored }
        if counted > 0 {
            let isOfParts = batchPixels != nil
            let shape = isOfParts ? [1, labels.count] : [logits.count] + first.shape.dropFirst(2)
            let value = try withInference {
                try loss(
                    logits: .concatenated(logits, isOfParts ? 2 : 0).to(.float32),
                    targets: Targets(
                        Tensor(uploading: labels, shape: shape, to: first.device),
                        counts: DeviceBatch.classCounts(labels, images: shape[0], classes: first.shape[1]))
                ).item()
            }
            sum += value * Double(counted)
            pixels += counted
        }
        logits = []
        labels = []
    }
}
