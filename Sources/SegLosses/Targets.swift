import Torch

/// The labels of a batch, with what the host knows of them: objectives then need not wait for a device to tell.
public struct Targets {
    /// [B, …], int64 or uint8, classes or the ignore label.
    public let labels: Tensor
    /// The pixels of each class in each image, [B][C]; nil where the tensor has to be asked.
    public let counts: [[Int]]?
    /// What kernels on a device take in place of what follows from `counts`: see `SegmentationLoss.deviceNumbers(_:)`.
    public let numbers: Tensor?

    /// - Parameters:
    ///   - counts: of `labels`, whose pixels of no class all have the ignore label.
    ///   - numbers: [N], float32, on the device of the labels: where they stand when the objective is computed, `counts` tell nothing
    ///     but the number of classes.
    public init(_ labels: Tensor, counts: [[Int]]? = nil, numbers: Tensor? = nil) {
        self.labels = labels
        self.counts = counts
        self.numbers = numbers
    }
}
