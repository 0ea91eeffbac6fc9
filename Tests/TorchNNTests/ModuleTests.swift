import Testing
import Torch

@testable import TorchNN

struct ModuleTests {
    // MARK: Networks of every kind of child

    private class Base: Module {
        let first: Parameter
        let runningMean = Base.buffer()
        override init() {
            first = ModuleTests.parameter([1])
            super.init()
        }
        static func buffer() -> Buffer { Buffer(ModuleTests.zeros([2])) }
    }

    private final class Derived: Base {
        let conv_1: Parameter = ModuleTests.parameter([2])
        let conv2x2Wide: Parameter = ModuleTests.parameter([3])
    }

    private final class Leaf: Module {
        let weight = ModuleTests.parameter([4])
    }

    private final class Tree: Module {
        let size = 3
        let names = ["a", "b"]
        let settings: [String: Double] = ["p": 0.5]
        let inConv = Derived()
        let absent: Leaf? = nil
        let present: Leaf? = Leaf()
        let bias: Parameter? = ModuleTests.parameter([5])
        let upLayers = [Leaf(), Leaf()]
        let noLayers: [Leaf] = []
        let scales = [ModuleTests.parameter([6]), ModuleTests.parameter([7])]
        let optionalLayers: [Leaf?] = [nil, Leaf()]
        var mode: ForwardMode { .evaluation }
    }

    private static func zeros(_ shape: [Int]) -> Tensor { try! Tensor.zeros(shape) }  // zeros of a small shape are always there
    private static func parameter(_ shape: [Int]) -> Parameter { try! Parameter(zeros(shape)) }

    @Test func namesArePyTorchs() {
        let entries = Tree().namedState()
        #expect(
            entries.map(\.name) == [
                "in_conv.first", "in_conv.running_mean", "in_conv.conv_1", "in_conv.conv2x2_wide", "present.weight", "bias",
                "up_layers.0.weight", "up_layers.1.weight", "scales.0", "scales.1", "optional_layers.1.weight",
            ])
        #expect(entries.filter { !$0.isParameter }.map(\.name) == ["in_conv.running_mean"])
        #expect(Set(Tree().state().keys) == Set(entries.map(\.name)))
    }

    private final class Levels: Module {
        let down = Numbered([Leaf(), Leaf()], from: 1)
        let upBridge = Numbered([Leaf()], from: 0)
        let none = Numbered<Leaf>([], from: 1)
        let pair = Numbered([Sequential([ReLU(), LeakyReLU()])], from: 1)
        let same: Numbered<Leaf>? = Numbered([Leaf()], from: 3)
    }

    @Test func numberedModulesAreNamedByTheirNumbers() {
        let levels = Levels()
        #expect(levels.namedState().map(\.name) == ["down1.weight", "down2.weight", "up_bridge0.weight", "same3.weight"])
        #expect(levels.namedState()[1].tensor.isSame(as: levels.down.modules[1].weight.tensor))
    }

    @Test func parametersAreCountedWithoutBuffers() {
        let tree = Tree()
        #expect(tree.parameters.map(\.shape) == [[1], [2], [3], [4], [5], [4], [4], [6], [7], [4]])
        #expect(tree.parameterCount == 40)
    }

    @Test func namesStayTheSameTensors() {
        let tree = Tree()
        for (one, two) in zip(tree.namedState(), tree.namedState()) { #expect(one.tensor.isSame(as: two.tensor)) }
    }

    // MARK: Sequences

    private final class Net: Module {
        let convConv: Sequential
        let twice: [Sequential]
        init(_ generator: Generator) throws {
            func conv() throws -> Convolution { try Convolution(1, 1, kernel: [1, 1], bias: false, generator) }
            convConv = Sequential([try conv(), LeakyReLU(), Sequential([ReLU(), try conv()])])
            twice = [Sequential([try conv()]), Sequential([Dropout(0.5), try conv()])]
        }
    }

    @Test func sequencesHaveNoNameForTheirList() throws {
        let net = try Net(Generator(seed: 1))
        #expect(
            net.namedState().map(\.name) == [
                "conv_conv.0.weight", "conv_conv.2.1.weight", "twice.0.0.weight", "twice.1.1.weight",
            ])
        #expect(net.convConv.namedState().map(\.name) == ["0.weight", "2.1.weight"])
    }

    @Test func sequencesRunInOrder() throws {
        let input = try Tensor([-4, 2] as [Float])
        let output: [Float] = try Sequential([LeakyReLU(negativeSlope: 0.5), ReLU()])(input, .evaluation).elements()
        #expect(output == [0, 2])
        #expect(try Sequential([])(input, .evaluation).isSame(as: input))
    }

    @Test func aSequencePassesTheMode() throws {
        let input = try Tensor.ones([100])
        let sequence = Sequential([Dropout(0.5)])
        #expect(try sequence(input, .evaluation).min().item() == 1)
        #expect(try sequence(input, .training(Generator(seed: 1))).min().item() == 0)
    }

    // MARK: What cannot be held

    private final class Bare: Module { let weight = ModuleTests.zeros([1]) }
    private final class BareList: Module { let weights = [ModuleTests.zeros([1])] }
    private final class BareOptional: Module { let weight: Tensor? = ModuleTests.zeros([1]) }
    private final class Stranger {}
    private final class HoldsStranger: Module { let stranger = Stranger() }

    @Test func aBareTensorTraps() async throws {
        let results = [
            try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = Bare().namedState() },
            try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = BareList().namedState() },
            try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = BareOptional().namedState()
            },
        ]
        for (result, name) in zip(results, ["weight", "weights.0", "weight"]) {
            let message = String(decoding: result.standardErrorContent, as: UTF8.self)
            #expect(message.contains("'\(name)' is a bare tensor: hold it as a Parameter or a Buffer"))
        }
    }

    @Test func anUnknownClassTraps() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = HoldsStranger().namedState()
        }
        #expect(
            String(decoding: result.standardErrorContent, as: UTF8.self).contains(
                "'stranger' is of an unknown kind of class, Stranger"))
    }
}
