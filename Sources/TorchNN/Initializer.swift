import Torch

/// The starting values of PyTorch's layers, drawn in PyTorch's order: with a generator seeded alike they are the same numbers.
public enum Initializer {
    /// Kaiming's uniform with a = √5, the default of PyTorch's convolutions: U(−b, b), b = √3 · (√(2/6) / √fan_in) = 1/√fan_in.
    public static func kaimingUniform(_ shape: [Int], _ generator: Generator) throws -> Tensor {
        let gain = (2.0 / (1 + 5.0)).squareRoot()
        let bound = 3.0.squareRoot() * (gain / Double(fanIn(shape)).squareRoot())
        return try uniform(shape, bound, generator)
    }

    /// Kaiming's normal for LeakyReLU of slope a (He et al. 2015): N(0, σ²), σ = √(2/(1 + a²)) / √fan_in, in place, with biases of 0.
    ///
    /// - Parameter negativeSlope: a.
    public static func heNormal(weight: Tensor, bias: Tensor?, negativeSlope: Double, _ generator: Generator) throws {
        let gain = (2 / (1 + negativeSlope * negativeSlope)).squareRoot()
        try withoutGradient {
            try weight.normalInPlace(deviation: gain / Double(fanIn(weight.shape)).squareRoot(), generator)
            try bias?.multiplyInPlace(by: 0)
        }
    }

    /// U(−b, b), b = 1/√fan_in of the weight that the bias belongs to.
    public static func biasUniform(_ count: Int, weightShape: [Int], _ generator: Generator) throws -> Tensor {
        try uniform([count], 1 / Double(fanIn(weightShape)).squareRoot(), generator)
    }

    private static func uniform(_ shape: [Int], _ bound: Double, _ generator: Generator) throws -> Tensor {
        let tensor = try Tensor.empty(shape)
        try tensor.uniformInPlace(-bound, bound, generator)
        return tensor
    }

    /// Inputs that one output sees.
    private static func fanIn(_ shape: [Int]) -> Int { shape.dropFirst().reduce(1, *) }
}
