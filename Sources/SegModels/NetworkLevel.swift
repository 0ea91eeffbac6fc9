/// One resolution of a network; lists have one number for each spatial axis.
struct NetworkLevel {
    let features: Int
    /// Dropout of the encoder here.
    let dropout: Double
    /// Of the convolutions that see neighbours.
    let kernel: [Int]
    /// By what the level above is pooled; 1 leaves an axis as it is.
    let stride: [Int]
}
