@testable import SegModels

extension NetworkLevel {
    /// A level of a network of planes: kernels of 3×3, half the size of the one above, no dropout.
    static func plain(_ features: Int) -> NetworkLevel {
        NetworkLevel(features: features, dropout: 0, kernel: [3, 3], stride: [2, 2], convolutions: 4)
    }
}
