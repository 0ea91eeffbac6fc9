import Testing
import Torch

/// A row of a table: what an operation makes of its input, by hand.
struct TensorRow: CustomTestStringConvertible, Sendable {
    let name: String
    let shape: [Int]
    let elements: [Double]
    let call: @Sendable () throws -> Tensor
    var testDescription: String { name }

    init(_ name: String, _ shape: [Int], _ elements: [Double], _ call: @escaping @Sendable () throws -> Tensor) {
        self.name = name
        self.shape = shape
        self.elements = elements
        self.call = call
    }
}
