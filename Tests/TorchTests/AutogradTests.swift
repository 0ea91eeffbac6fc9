import TestSupport
import Testing
import Torch
import TorchTestSupport

struct AutogradTests {
    private func leaf(_ values: [Double]) throws -> Tensor {
        let tensor = try Tensor(values)
        try tensor.setRequiresGradient()
        return tensor
    }

    private func gradient(of tensor: Tensor) throws -> [Double] { try #require(tensor.gradient).elements() }

    // MARK: Gradients

    @Test func gradientsGatherUntilTheyAreCleared() throws {
        let x = try leaf([1, 2])
        #expect(x.gradient == nil)
        try x.power(2).sum().backward()
        #expect(try gradient(of: x) == [2, 4])
        try (x * 10).sum().backward()
        #expect(try gradient(of: x) == [12, 14])
        try x.setGradient(nil)
        #expect(x.gradient == nil)
        try x.setGradient(Tensor([5, 6] as [Double]))
        #expect(try gradient(of: x) == [5, 6])
    }

    @Test func aVectorNeedsWhatComesIn() throws {
        let x = try leaf([1, 2])
        let y = x * 3
        let message = try #require(messageThrown { try y.backward() })
        #expect(message.hasPrefix("backward of [2] float64: "))
        try y.backward(Tensor([1, -1] as [Double]))
        #expect(try gradient(of: x) == [3, -3])
    }

    @Test func aGraphIsUsedOnceUnlessKept() throws {
        let x = try leaf([1, 2])
        let y = try x.power(2).sum()
        try y.backward(keepingGraph: true)
        try y.backward()
        #expect(try gradient(of: x) == [4, 8])
        let message = try #require(messageThrown { try y.backward() })
        #expect(message.hasPrefix("backward of [] float64: "))
    }

    @Test func detachedTensorsAreConstants() throws {
        let x = try leaf([1, 2])
        try (x * x.detached()).sum().backward()
        #expect(try gradient(of: x) == [1, 2])
    }

    @Test(arguments: DType.allCases)
    func onlyFloatsAreDifferentiated(dtype: DType) throws {
        let tensor = try Tensor.ones([2], dtype: dtype)
        let message = messageThrown { try tensor.setRequiresGradient() }
        #expect((message == nil) == dtype.isFloatingPoint)
        if let message { #expect(message.hasPrefix("requires_grad_ of [2] \(dtype): ")) }
        #expect(tensor.requiresGradient == dtype.isFloatingPoint)
    }

    @Test func onlyALeafStopsBeingDifferentiated() throws {
        let x = try leaf([1])
        let message = try #require(messageThrown { try (x * 2).setRequiresGradient(false) })
        #expect(message.hasPrefix("requires_grad_ of [1] float64: "))
        try x.setRequiresGradient(false)
        #expect(!x.requiresGradient)
    }

    @Test func aGradientHasTheShapeOfItsTensor() throws {
        let x = try leaf([1, 2])
        let message = messageThrown { try x.setGradient(.ones([3], dtype: .float64)) }
        #expect(message == "set grad of [2] float64: the gradient has shape [3], its tensor [2]")
    }

    // MARK: A backward pass of one's own

    @Test func aPassMakesTheGradientsOfItsInputs() throws {
        let (x, y, constant) = try (leaf([1, 2]), leaf([3, 4]), Tensor([5, 6] as [Double]))
        let value = withoutGradient { x * y + constant }
        let result = try value.withBackward(inputs: [x, constant, y]) { incoming in [incoming * y, nil, incoming * x] }
        #expect(result.requiresGradient)
        #expect(!value.requiresGradient)
        #expect(try result.elements() == [8.0, 14])
        try (result * 2).sum().backward()
        #expect(try gradient(of: x) == [6, 8])
        #expect(try gradient(of: y) == [2, 4])
    }

    @Test func aPassIsKeptAsLongAsItsGraph() throws {
        final class Saved {}
        weak var saved: Saved?
        let x = try leaf([1])
        let result = try {
            let kept = Saved()
            saved = kept
            return try x.detached().withBackward(inputs: [x]) { [kept] incoming in withExtendedLifetime(kept) { [incoming * 3] } }
        }()
        try result.backward(keepingGraph: true)
        #expect(saved != nil)
        try result.backward()
        #expect(saved == nil)
        #expect(try gradient(of: x) == [6])
        let message = try #require(messageThrown { try result.backward() })
        #expect(message.contains("a second time"))
    }

    @Test func aPassMayFail() throws {
        struct Failure: Error, CustomStringConvertible { let description = "no gradient today" }
        let x = try leaf([1])
        let result = try x.detached().withBackward(inputs: [x]) { _ in throw Failure() }
        #expect(messageThrown { try result.backward() } == "backward of [1] float64: no gradient today")
    }

    @Test func withoutAGraphThereIsNoPass() throws {
        let x = try leaf([1])
        let constant = try Tensor([1.0])
        #expect(try !constant.withBackward(inputs: [constant]) { [$0] }.requiresGradient)
        #expect(try !withoutGradient { try constant.withBackward(inputs: [x]) { [$0] } }.requiresGradient)
    }

    // MARK: A known gradient

    @Test func theValuePassesAndTheGradientIsScaled() throws {
        let x = try leaf([1, 2, 3])
        let known = try Tensor([10, 20, 30] as [Double])
        let loss = try Tensor.withKnownGradient(value: .scalar(7, dtype: .float64), input: x, gradient: known)
        #expect(loss.shape == [])
        #expect(try loss.item() == 7)
        #expect(loss.requiresGradient)
        let halved = loss * 0.5 + 1
        try halved.backward(keepingGraph: true)
        #expect(try gradient(of: x) == [5, 10, 15])
        let untouched: [Double] = try known.elements()
        #expect(untouched == [10, 20, 30], "a second pass may follow")
        try x.setGradient(nil)
        try halved.backward()
        #expect(try gradient(of: x) == [5, 10, 15])
    }

    @Test func twoUsesAddUp() throws {
        let x = try leaf([1, 2])
        func known(_ numbers: [Double]) throws -> Tensor {
            try .withKnownGradient(value: .scalar(1, dtype: .float64), input: x * 2, gradient: Tensor(numbers))
        }
        let sum = try known([1, 2]) + known([10, 20]) * 3
        try sum.backward()
        #expect(try gradient(of: x) == [2 * 31, 2 * 62])
        try known([1, 1]).backward()
        #expect(try gradient(of: x) == [2 * 32, 2 * 63])
    }

    /// Unscaled, the known gradient may be handed on as it is; what gathers in the leaf must not run back into it.
    @Test(arguments: [true, false])
    func whatGathersLeavesTheKnownGradientAlone(keepingGraph: Bool) throws {
        let x = try leaf([1, 2])
        let known = try Tensor([10, 20] as [Double])
        func loss() throws -> Tensor {
            // A copy that only the graph holds, or one that the caller holds too.
            let gradient = keepingGraph ? try known.clone() : known
            return try .withKnownGradient(value: .scalar(7, dtype: .float64), input: x, gradient: gradient)
        }
        let first = try loss()
        try first.backward(keepingGraph: keepingGraph)
        try (keepingGraph ? first : loss()).backward()
        #expect(try gradient(of: x) == [20, 40])
        let untouched: [Double] = try known.elements()
        #expect(untouched == [10, 20])
    }

    @Test func withoutAGraphItIsAPlainValue() throws {
        let x = try Tensor([1, 2] as [Double])
        let value = try Tensor.scalar(7, dtype: .float64)
        #expect(try !Tensor.withKnownGradient(value: value, input: x, gradient: x).requiresGradient)
        try x.setRequiresGradient()
        let plain = try withoutGradient { try Tensor.withKnownGradient(value: value, input: x, gradient: x.detached()) }
        #expect(!plain.requiresGradient)
    }

    @Test(arguments: [
        ([1], [2], "the value must be a scalar, found shape [1]"), ([], [3], "the gradient has shape [3], its input [2]"),
        ([], [1, 2], "the gradient has shape [1, 2], its input [2]"),
    ])
    func misshapedKnownGradients(value: [Int], gradient: [Int], problem: String) throws {
        let x = try leaf([1, 2])
        let message = messageThrown {
            _ = try Tensor.withKnownGradient(value: .zeros(value), input: x, gradient: .zeros(gradient))
        }
        #expect(message == "known gradient of \(value) float32, [2] float64, \(gradient) float32: \(problem)")
    }

    // MARK: Scopes

    private struct Stop: Error {}

    @Test func withoutGradientRecordsNothingAndEnds() throws {
        let x = try leaf([1])
        let inside = withoutGradient { x * 2 }
        #expect(!inside.requiresGradient)
        #expect((x * 2).requiresGradient)
        #expect(throws: Stop.self) { try withoutGradient { throw Stop() } }
        #expect((x * 2).requiresGradient)
    }

    @Test func recordingIsKnown() {
        #expect(isRecordingGradient)
        #expect(!withoutGradient { isRecordingGradient })
        #expect(!withInference { isRecordingGradient })
        #expect(isRecordingGradient)
    }

    @Test func scopesNest() throws {
        let x = try leaf([1])
        withoutGradient {
            withoutGradient {}
            #expect(!(x * 2).requiresGradient)
            withInference {}
            #expect(!(x * 2).requiresGradient)
        }
        #expect((x * 2).requiresGradient)
    }

    @Test func withInferenceRecordsNothingAndEnds() throws {
        let x = try leaf([1])
        let inside = withInference { x * 2 }
        #expect(!inside.requiresGradient)
        #expect(throws: Stop.self) { try withInference { throw Stop() } }
        #expect((x * 2).requiresGradient)
    }

    @Test func tensorsOfInferenceStayOutOfGraphs() throws {
        let x = try leaf([1])
        let inside = withInference { x * 2 }
        let message = try #require(messageThrown { _ = try x.matmul(inside) })
        #expect(message.hasPrefix("matmul of [1] float64, [1] float64: "))
        #expect(message.contains("Inference tensors"))
        #expect(try (x * inside.clone()).requiresGradient)
    }

    /// The mode belongs to the thread: another one records all the same.
    @Test func scopesBelongToTheThread() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<16 {
                group.addTask {
                    func isRecorded() throws -> Bool {
                        let x = try Tensor.ones([10])
                        try x.setRequiresGradient()
                        return (x * 2).requiresGradient
                    }
                    return try index.isMultiple(of: 2) ? isRecorded() : !withoutGradient { try isRecorded() }
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
