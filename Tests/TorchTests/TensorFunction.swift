import Testing
import Torch

/// A row of a table: a function of one tensor, by name.
struct TensorFunction: CustomTestStringConvertible, Sendable {
    let name: String
    let call: @Sendable (Tensor) throws -> Tensor
    var testDescription: String { name }

    init(_ name: String, _ call: @escaping @Sendable (Tensor) throws -> Tensor) {
        self.name = name
        self.call = call
    }
}
