import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import TorchNN

struct ModuleStateTests {
    private func network(seed: UInt64) throws -> Sequential {
        let generator = try Generator(seed: seed)
        return Sequential([try Convolution(2, 3, kernel: [3, 3], generator), try BatchNorm(channels: 3)])
    }

    @Test func aStateMakesTwoNetworksEqual() throws {
        let (source, target) = try (network(seed: 1), network(seed: 2))
        let input = try Tensor.random([2, 2, 4, 4], seed: 3, dtype: .float32)
        _ = try source(input, .training(Generator(seed: 1)))  // moves the running statistics
        #expect(try source(input, .evaluation).largestDifference(to: target(input, .evaluation)) > 0.01)

        try target.load(source.state())
        for (one, two) in zip(source.namedState(), target.namedState()) {
            #expect(try one.tensor.bytes() == two.tensor.bytes(), "\(one.name)")
            #expect(!one.tensor.isSame(as: two.tensor), "\(one.name)")
        }
        #expect(try source(input, .evaluation).largestDifference(to: target(input, .evaluation)) == 0)
        #expect(target.parameters.allSatisfy { $0.requiresGradient })
    }

    @Test func theStateSharesMemoryAndNoGraph() throws {
        let network = try network(seed: 1)
        let state = network.state()
        let bias = try #require(state["0.bias"])
        #expect(!bias.requiresGradient)
        try bias.fillInPlace(7)
        #expect(try #require(network.namedState().first { $0.name == "0.bias" }).tensor.max().item() == 7)
    }

    @Test func aStateOfAnotherDtypeIsConverted() throws {
        let network = try network(seed: 1)
        let expected = try network.state().mapValues { try $0.clone() }
        try network.load(expected.mapValues { try $0.to(.float64) })
        for entry in network.namedState() {
            #expect(entry.tensor.dtype == expected[entry.name]?.dtype, "\(entry.name)")
            #expect(try entry.tensor.bytes() == expected[entry.name]?.bytes(), "\(entry.name)")
        }
    }

    @Test func allThatDoesNotFitIsNamedAndNothingChanged() throws {
        let (source, target) = try (network(seed: 1), network(seed: 2))
        let before = try target.namedState().map { try $0.tensor.bytes() }
        var state = source.state()
        state["0.bias"] = nil
        state["1.running_var"] = nil
        state["1.weight"] = try Tensor.zeros([4])
        state["head.weight"] = try Tensor.zeros([1])
        state["0.scale"] = try Tensor.zeros([1])

        let error = try #require(throws: StateError.self) { try target.load(state) }
        #expect(error.missing == ["0.bias", "1.running_var"])
        #expect(error.unexpected == ["0.scale", "head.weight"])
        #expect(error.misshaped == [.init(name: "1.weight", expected: [3], found: [4])])
        #expect(
            error.description
                == "the stored weights do not fit this network; missing: 0.bias, 1.running_var; unexpected: 0.scale, head.weight; "
                + "of another shape: 1.weight (expected [3], found [4])")
        #expect(try target.namedState().map { try $0.tensor.bytes() } == before)
    }

    struct Fault: CustomTestStringConvertible, Sendable {
        let name: String
        /// Nil is a name left out.
        let shape: [Int]?
        let message: String
        var testDescription: String { message }
    }

    @Test(arguments: [
        Fault(name: "0.bias", shape: nil, message: "missing: 0.bias"),
        Fault(name: "head.bias", shape: [3], message: "unexpected: head.bias"),
        Fault(name: "0.bias", shape: [4], message: "of another shape: 0.bias (expected [3], found [4])"),
        Fault(name: "0.bias", shape: [3, 1], message: "of another shape: 0.bias (expected [3], found [3, 1])"),
        Fault(
            name: "1.num_batches_tracked", shape: [1], message: "of another shape: 1.num_batches_tracked (expected [], found [1])"
        ),
    ])
    func eachFaultAloneIsRefused(fault: Fault) throws {
        let (source, target) = try (network(seed: 1), network(seed: 2))
        let before = try target.namedState().map { try $0.tensor.bytes() }
        var state = source.state()
        state[fault.name] = try fault.shape.map { try Tensor.zeros($0) }
        #expect(messageThrown { try target.load(state) } == "the stored weights do not fit this network; \(fault.message)")
        #expect(try target.namedState().map { try $0.tensor.bytes() } == before)
    }

    @Test func longListsAreCut() throws {
        let error = try #require(throws: StateError.self) { try network(seed: 1).load([:]) }
        #expect(error.missing.count == 7)
        #expect(
            error.description
                == "the stored weights do not fit this network; missing: 0.weight, 0.bias, 1.weight, 1.bias, 1.running_mean and 2 more"
        )
    }

    /// A module that knows the names of another program.
    private final class Renamed: Module {
        let weight: Parameter
        init(_ value: Double) throws { weight = try Parameter(.full([2], value)) }
        override func ownName(ofStored name: String) -> String? {
            switch name {
            case "kernel": "weight"
            case "kernel_copy": nil
            default: name
            }
        }
    }

    @Test func aModuleKnowsOtherNamesAndCopies() throws {
        let module = try Renamed(0)
        try module.load(["kernel": .full([2], 3), "kernel_copy": .full([5], 4)])
        #expect(try module.weight.tensor.sum().item() == 6)
        #expect(
            messageThrown { try module.load(["kernel_copy": .full([2], 4), "scale": .full([2], 1)]) }
                == "the stored weights do not fit this network; missing: weight; unexpected: scale")
    }
}
