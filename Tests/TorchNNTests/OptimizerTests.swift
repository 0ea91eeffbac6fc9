import Foundation
import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import TorchNN

/// Against PyTorch's numbers on a small problem: a = [1, −2, 3], b = [[0.5, −0.25]],
/// L = a₁² + a₂²/2 + 2a₃² + Σ(3b − 1)² + Σa·Σb, five steps at rates 0.1/(step + 1).
struct OptimizerTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let make: @Sendable ([Tensor]) throws -> any Optimizer
        /// a, then b.
        let expected: [Double]
        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "AdamW", make: { try AdamW($0) },
            expected: [0.7704803032138484, -1.7678215712949992, 2.765280675515878, 0.2821355388452329, -0.024413656206480207]),
        Row(
            name: "AdamW, betas, decay, epsilon", make: { try AdamW($0, betas: (0.8, 0.99), weightDecay: 0.3, epsilon: 1e-3) },
            expected: [0.7126982414454032, -1.6452326401159305, 2.5777581017856743, 0.26421246631379497, -0.015539274705817369]),
        Row(
            name: "AdamW without decay", make: { try AdamW($0, weightDecay: 0) },
            expected: [0.772561477578224, -1.7721862154585226, 2.7719286609698424, 0.2829510078018873, -0.02479173686283185]),
        Row(
            name: "SGD", make: { try SGD($0) },
            expected: [0.522840375, -1.6755828958333332, 0.9543887916666667, 0.3208212708333333, 0.32926927083333335]),
        Row(
            name: "SGD, momentum", make: { try SGD($0, momentum: 0.9) },
            expected: [0.06805274999999991, -1.3900565833333334, -0.7166888333333336, 0.5913509583333334, 0.2694809583333332]),
        Row(
            name: "SGD, Nesterov", make: { try SGD($0, momentum: 0.9, nesterov: true) },
            expected: [-0.17331216671625002, -1.2561474615564585, -0.8513699742420835, 0.4686237008602083, 0.4719850563802084]),
        Row(
            name: "SGD, decay", make: { try SGD($0, weightDecay: 0.1) },
            expected: [0.5076390193220833, -1.6364866140504166, 0.9226560209870832, 0.32012274392458334, 0.32811925230020833]),
        Row(
            name: "SGD, everything", make: { try SGD($0, momentum: 0.5, weightDecay: 0.1, nesterov: true) },
            expected: [0.21942366887550777, -1.4418361088047267, 0.1073555633159765, 0.39824771474371096, 0.3729129548011914]),
    ]

    private func problem() throws -> [Tensor] {
        let parameters = try [Tensor([1, -2, 3] as [Double]), Tensor([0.5, -0.25] as [Double], shape: [1, 2])]
        for parameter in parameters { try parameter.setRequiresGradient() }
        return parameters
    }

    private func step(_ optimizer: any Optimizer, _ index: Int) throws {
        let (a, b) = (optimizer.parameters[0], optimizer.parameters[1])
        try optimizer.clearGradients()
        let scaled = try a.power(2) * Tensor([1, 0.5, 2] as [Double])
        let loss = try scaled.sum() + (b * 3 - 1).power(2).sum() + a.sum() * b.sum()
        try loss.backward()
        try optimizer.step(learningRate: 0.1 / Double(index + 1))
    }

    private func numbers(_ optimizer: any Optimizer) throws -> [Double] { try optimizer.parameters.flatMap { try $0.elements() } }

    @Test(arguments: rows)
    func fiveStepsArePyTorchs(row: Row) throws {
        let optimizer = try row.make(problem())
        for index in 0..<5 { try step(optimizer, index) }
        for (found, expected) in zip(try numbers(optimizer), row.expected) { #expect(abs(found - expected) < 1e-12) }
    }

    /// Stored after two steps through a file and taken up by a new optimiser, the numbers go on bit for bit.
    @Test(arguments: rows)
    func aStoredStateContinues(row: Row) throws {
        let optimizer = try row.make(problem())
        for index in 0..<2 { try step(optimizer, index) }
        let (state, values) = try withTemporaryFolder { folder in
            let file = folder.appending(path: "optimizer.safetensors")
            try Safetensors(tensors: optimizer.state()).write(to: file)
            return (try Safetensors(contentsOf: file).tensors, try optimizer.parameters.map { try $0.clone().detached() })
        }
        for index in 2..<5 { try step(optimizer, index) }

        for value in values { try value.setRequiresGradient() }
        let other = try row.make(values)
        try other.load(state)
        for index in 2..<5 { try step(other, index) }
        #expect(try numbers(other) == numbers(optimizer))
        for (name, tensor) in optimizer.state() { #expect(try other.state()[name]?.bytes() == tensor.bytes(), "\(name)") }
    }

    @Test func statesAreNamed() throws {
        #expect(
            try AdamW(problem()).state().keys.sorted() == [
                "0.exp_avg", "0.exp_avg_sq", "0.step", "1.exp_avg", "1.exp_avg_sq", "1.step",
            ])
        #expect(try SGD(problem(), momentum: 0.9).state().keys.sorted() == ["0.momentum_buffer", "1.momentum_buffer"])
    }

    @Test(arguments: rows)
    func aStateThatDoesNotFitChangesNothing(row: Row) throws {
        let optimizer = try row.make(problem())
        try step(optimizer, 0)
        let before = try optimizer.state().mapValues { try $0.bytes() }
        var state = try optimizer.state().mapValues { try Tensor.zeros($0.shape, dtype: $0.dtype) }
        let names = state.keys.sorted()
        state[names[0]] = nil
        state[names[1]] = try Tensor.zeros([7])
        state["2.step"] = try Tensor.zeros([])
        let error = try #require(throws: StateError.self) { try optimizer.load(state) }
        #expect(error.missing == [names[0]])
        #expect(error.unexpected == ["2.step"])
        #expect(error.misshaped.map(\.name) == [names[1]])
        #expect(try optimizer.state().mapValues { try $0.bytes() } == before)
    }

    @Test(arguments: rows)
    func eachFaultOfAStateAloneIsRefused(row: Row) throws {
        let optimizer = try row.make(problem())
        let sound = try optimizer.state().mapValues { try $0.clone() }
        let name = try #require(sound.keys.sorted().first)
        var (missing, unexpected, misshaped) = (sound, sound, sound)
        missing[name] = nil
        unexpected["more"] = try Tensor.zeros([])
        misshaped[name] = try Tensor.zeros([7])
        for state in [missing, unexpected, misshaped] {
            #expect(throws: StateError.self) { try optimizer.load(state) }
        }
        try optimizer.load(sound)
    }

    @Test func aParameterWithoutGradientIsUntouchedByAdamW() throws {
        let parameters = try problem()
        let optimizer = try AdamW(parameters)
        for _ in 0..<3 {
            try optimizer.clearGradients()
            try parameters[0].sum().backward()
            try optimizer.step(learningRate: 0.1)
        }
        let (a, b): ([Double], [Double]) = try (parameters[0].elements(), parameters[1].elements())
        #expect(b == [0.5, -0.25])
        #expect(a[0] < 1 && a[1] < -2 && a[2] < 3)
        #expect(try optimizer.state()["1.step"]?.item() == 0)
        #expect(try optimizer.state()["0.step"]?.item() == 3)
    }

    /// A rate that a step reads when it is taken is the number that stands there.
    @Test(arguments: rows)
    func aStoredRateIsItsNumber(row: Row) throws {
        func parameters(_ rate: (Double) throws -> LearningRate) throws -> [Double] {
            let optimizer = try row.make(problem())
            for number in [0.125, 0.5, 0.0625] {
                try optimizer.clearGradients()
                try (optimizer.parameters[0].power(2).sum() + optimizer.parameters[1].sum()).backward()
                try optimizer.step(rate(number), nil)
            }
            return try numbers(optimizer)
        }
        let stored = try Tensor.scalar(0)
        let expected = try parameters { .value($0) }
        #expect(
            try parameters {
                try stored.fillInPlace($0)
                return .stored(stored)
            } == expected)
    }

    @Test func noGradientAtAllIsNoStep() throws {
        let parameters = try problem()
        let optimizer = try AdamW(parameters)
        try optimizer.step(learningRate: 0.1)
        #expect(try numbers(optimizer) == [1, -2, 3, 0.5, -0.25])
    }

    @Test(arguments: rows)
    func clearedGradientsAreGone(row: Row) throws {
        let optimizer = try row.make(problem())
        try step(optimizer, 0)
        #expect(optimizer.parameters.allSatisfy { $0.gradient != nil })
        try optimizer.clearGradients()
        #expect(optimizer.parameters.allSatisfy { $0.gradient == nil })
    }

    /// Steps happen outside the graph: parameters stay leaves.
    @Test(arguments: rows)
    func parametersStayLeaves(row: Row) throws {
        let optimizer = try row.make(problem())
        for index in 0..<2 { try step(optimizer, index) }
        for parameter in optimizer.parameters {
            #expect(parameter.requiresGradient)
            try parameter.setRequiresGradient(false)  // only a leaf can
        }
    }

    /// A head of a network may have no part in a step.
    @Test func whatHasNoGradientStaysAsItIs() throws {
        let (still, moved) = (try Tensor.ones([1]), try Tensor.ones([1]))
        try moved.setGradient(.ones([1]))
        let optimizer = try SGD([still, moved], momentum: 0.9, weightDecay: 0.1, nesterov: true)
        try optimizer.step(learningRate: 0.5)
        #expect(try still.item() == 1)
        #expect(try abs(moved.item() - (1 - 0.5 * 1.1 * 1.9)) < 1e-6)
    }

    @Test func nesterovNeedsMomentum() async {
        await #expect(processExitsWith: .failure) { _ = try SGD([Tensor.zeros([1])], nesterov: true) }
    }
}
