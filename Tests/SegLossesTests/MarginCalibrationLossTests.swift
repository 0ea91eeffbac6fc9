import Foundation
import MarginCalibration
import SegLosses
import TestSupport
import Testing
import Torch
import TorchTestSupport

/// Against the equations, written down for one pixel after another.
struct MarginCalibrationLossTests {
    typealias Form = MarginCalibrationLoss.Form

    /// Eqs. 4 and 27–29, and the authors' form.
    private func reference(
        _ form: Form, _ offsets: MarginOffsets, positive: Double? = nil, scores: [[Double]], labels: [Int]
    ) -> Double {
        let classCount = offsets.classCount
        let weight = positive ?? (form == .paper ? 1 : Double(classCount))
        func phi(_ x: Double) -> Double { max(x, 0) + log2(1 + exp2(-abs(x))) }
        func sigma(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
        var sum = 0.0
        for (scores, label) in zip(scores, labels) {
            for k in 0..<classCount {
                let lambda = scores[k] - (0..<classCount).filter { $0 != k }.map { scores[$0] }.max()!  // two classes or more
                let excess = k == label ? -lambda + offsets.rhoK0[k] : lambda + offsets.rho0k[k]
                let term = form == .paper ? phi(excess) : sigma(excess) / Double(classCount)
                sum += (k == label ? weight : 1) * term
            }
        }
        return sum / Double(labels.count)
    }

    private func value(
        _ form: Form, _ offsets: MarginOffsets, positive: Double? = nil, scores: [[Double]], labels: [Int]
    ) throws -> Double {
        let logits = try Tensor(scores.flatMap { $0 }, shape: [scores.count, offsets.classCount, 1])
        return try MarginCalibrationLoss(form: form, offsets: offsets, positiveWeight: positive).value(
            logits, Tensor(labels.map(Int64.init), shape: [labels.count, 1]))
    }

    @Test(arguments: Form.allCases, [2, 3, 7])
    func followsTheEquations(form: Form, classCount: Int) throws {
        let offsets = try LossRow.offsets(Array(0..<classCount))
        let flat: [Double] = try (Tensor.random([50, classCount], seed: 11) * 4).elements()
        let scores = (0..<50).map { Array(flat[$0 * classCount..<($0 + 1) * classCount]) }
        let labels = (0..<50).map { $0 % classCount }
        let expected = reference(form, offsets, scores: scores, labels: labels)
        // libtorch's softplus is linear above 20, off by e⁻²⁰.
        #expect(try abs(value(form, offsets, scores: scores, labels: labels) - expected) < 1e-8)
    }

    /// Whatever weighs a pixel's own term: by the kernel where it is the form's own, composed where it is not.
    @Test(arguments: Form.allCases, [1, 3, 0.25])
    func aPixelsOwnTermMayWeighOtherwise(form: Form, positive: Double) throws {
        let offsets = try LossRow.offsets([0, 1, 2])
        let scores = [[0.5, -1, 2], [3, 3.5, -2], [0, 1, 0.25]]
        let expected = reference(form, offsets, positive: positive, scores: scores, labels: [0, 1, 2])
        #expect(try abs(value(form, offsets, positive: positive, scores: scores, labels: [0, 1, 2]) - expected) < 1e-8)
        let single = try Tensor(scores.flatMap { $0 }.map(Float.init), shape: [3, 3, 1])
        let loss = MarginCalibrationLoss(form: form, offsets: offsets, positiveWeight: positive)
        let labels = try Tensor([UInt8(0), 1, 2], shape: [3, 1])
        #expect(try abs(loss(logits: single, labels: labels).item() - expected) < 1e-5)
    }

    /// Of equal scores each has the margin 0 (Eq. 4): the other one is its rival.
    @Test(
        arguments: Form.allCases,
        [
            ([5, 5, 1], 0), ([5, 5, 1], 1), ([5, 5, 1], 2), ([1, 5, 5], 2), ([5, 1, 5], 1), ([4, 4, 4], 0), ([4, 4, 4], 2),
            ([0, 7, 0], 1),
        ] as [([Double], Int)])
    func tiesHaveMarginZero(form: Form, pixel: ([Double], Int)) throws {
        let offsets = try LossRow.offsets([0, 1, 2])
        let expected = reference(form, offsets, scores: [pixel.0], labels: [pixel.1])
        #expect(try abs(value(form, offsets, scores: [pixel.0], labels: [pixel.1]) - expected) < 1e-12)
    }

    /// φ(ρ_y0) + φ(ρ_0k) for two equal scores.
    @Test func aTieByHand() throws {
        let offsets = try MarginOffsets(rho0k: [1, 2], rhoK0: [3, 4])
        let (scores, labels) = ([[5.0, 5.0]], [1])
        #expect(try abs(value(.paper, offsets, scores: scores, labels: labels) - (log2(1 + 16) + log2(1 + 2))) < 1e-12)
        let authors = (2 * log1p(exp(4.0)) + log1p(exp(1.0))) / 2
        #expect(try abs(value(.authors, offsets, scores: scores, labels: labels) - authors) < 1e-12)
    }

    /// With two classes and no offsets, λ of one is −λ of the other: both forms are cross-entropy up to scale.
    @Test func withoutOffsetsTwoClassesAreCrossEntropy() throws {
        let problem = LossProblem(shape: [2, 2, 3, 3])
        let offsets = try MarginOffsets(rho0k: [0, 0], rhoK0: [0, 0])
        let (logits, labels) = try (problem.logits(), problem.labels())
        let authors = try MarginCalibrationLoss(form: .authors, offsets: offsets).value(logits, labels)
        #expect(try abs(authors - 1.5 * CrossEntropyLoss().value(logits, labels)) < 1e-12)
        let paper = try MarginCalibrationLoss(form: .paper, offsets: offsets).value(logits, labels)
        #expect(try abs(paper - 2 / log(2) * CrossEntropyLoss().value(logits * log(2), labels)) < 1e-12)
    }

    @Test(arguments: Form.allCases)
    func largerOffsetsAskForMore(form: Form) throws {
        let problem = LossProblem(shape: [2, 3, 3, 3])
        let (logits, labels) = try (problem.logits(), problem.labels())
        let values = try [0.0, 0.5, 1, 5, 50].map { offset in
            try MarginCalibrationLoss(form: form, offsets: MarginOffsets(rho0k: [offset, 0, 0], rhoK0: [0, offset, 0])).value(
                logits, labels)
        }
        #expect(values == values.sorted() && Set(values).count == 5)
    }

    @Test func thePapersFormIsTheDefault() throws {
        let offsets = try LossRow.offsets([0, 1])
        #expect(MarginCalibrationLoss(offsets: offsets).form == .paper)
    }

    @Test(arguments: Form.allCases, [2, 4])
    func offsetsMustBeForTheClasses(form: Form, classCount: Int) throws {
        let loss = MarginCalibrationLoss(form: form, offsets: try LossRow.offsets([0, 1, 2]))
        let message = messageThrown { _ = try loss(logits: .zeros([1, classCount, 2]), labels: .zeros([1, 2], dtype: .int64)) }
        #expect(message == "the margin-offsets are for 3 classes, the logits have \(classCount)")
    }
}
