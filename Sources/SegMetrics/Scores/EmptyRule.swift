/// What an IoU or a Dice of 0/0 is: the class occurs neither in the truth nor in the prediction.
public enum EmptyRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// A perfect score, 1: the paper's convention.
    case one
    /// Undefined: left out of means, and counted as left out.
    case skip
}
