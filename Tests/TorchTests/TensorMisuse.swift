import Testing
import Torch

/// A row of a table: a call that is refused, and how its error starts (operation and shapes; the rest is libtorch's own).
struct TensorMisuse: CustomTestStringConvertible, Sendable {
    let start: String
    let kind: TorchError.Kind
    let call: @Sendable () throws -> Tensor
    var testDescription: String { start }

    init(_ start: String, _ kind: TorchError.Kind, _ call: @escaping @Sendable () throws -> Tensor) {
        self.start = start
        self.kind = kind
        self.call = call
    }

    func isRefused() throws {
        let error = try #require(throws: TorchError.self) { _ = try call() }
        #expect(error.kind == kind)
        #expect(error.description.hasPrefix(start + ": "), "\(error)")
        #expect(!error.message.isEmpty)
        #expect(!error.description.contains("\n"), "\(error)")
    }
}
