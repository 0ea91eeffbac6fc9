/// One resolution of a network; lists have one number for each spatial axis.
public struct NetworkLevel {
    public let features: Int
    /// Dropout of the encoder here.
    public let dropout: Double
    /// Of the convolutions that see neighbours.
    public let kernel: [Int]
    /// By what the level above is pooled; 1 leaves an axis as it is.
    public let stride: [Int]
}
