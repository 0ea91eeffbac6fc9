import Torch

/// The labels of a batch, with what the host knows of them: objectives then need not wait for a device to tell.
public struct Targets {
    /// [B, …], int64 or uint8, classes or the ignore label.
    public let labels: Tensor
    /// The pixels of each class in each image, [B][C]; nil where the tensor has to be asked.
    public let counts: [[Int]]?

    /// - Parameter counts: of `labels`, whose pixels of no class all have the ignore label.
    public init(_ labels: Tensor, counts: [[Int]]? = nil) {
        self.labels = labels
        self.counts = counts
    }
}
