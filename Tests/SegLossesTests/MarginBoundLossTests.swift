import Foundation
import MarginCalibration
import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import SegLosses

/// The bound against the equations, the scores that it bounds, and the losses that it is a special case of.
struct MarginBoundLossTests {
    private static let ramps: [MarginBoundLoss.Ramp] = [.smooth(temperature: 1), .smooth(temperature: 0.3), .hard]

    private func none(_ classCount: Int) throws -> MarginOffsets {
        let zeros = Array(repeating: 0.0, count: classCount)
        return try MarginOffsets(rho0k: zeros, rhoK0: zeros)
    }

    /// Eqs. 4–8 for one image, pixel after pixel, with the mean over the classes present.
    private func reference(
        _ ramp: MarginBoundLoss.Ramp, _ offsets: MarginOffsets, scores: [[Double]], labels: [Int]
    ) -> Double {
        func psi(_ lambda: Double, _ rho: Double) -> Double {
            switch ramp {
            case .smooth(let temperature): 1 / (1 + exp((lambda - rho) / temperature))
            case .hard: MarginLoss.rhoMargin(lambda, rho: rho)
            }
        }
        let n = Double(labels.count)
        let bounds = Set(labels).map { k in
            var (missed, taken) = (0.0, 0.0)
            for (scores, label) in zip(scores, labels) {
                let lambda = scores[k] - scores.indices.filter { $0 != k }.map { scores[$0] }.max()!  // two classes or more
                if label == k { missed += psi(lambda, offsets.rhoK0[k]) / n } else { taken += psi(-lambda, offsets.rho0k[k]) / n }
            }
            let share = Double(labels.count { $0 == k }) / n
            return (share - missed) / (share + taken)
        }
        return 1 - bounds.reduce(0, +) / Double(bounds.count)
    }

    /// Two images; the second lacks the last class.
    @Test(arguments: ramps, [2, 3, 5])
    func followsTheEquations(ramp: MarginBoundLoss.Ramp, classCount: Int) throws {
        let offsets = try LossRow.offsets(Array(0..<classCount))
        let logits = try Tensor.random([2, classCount, 30], seed: 5) * 2
        let labels = (0..<2).map { image in (0..<30).map { ($0 * 7 + $0 / 3) % (classCount - image) } }
        let images = try (0..<2).map { image in
            let flat: [Double] = try logits.selected(0, image).permuted([1, 0]).contiguous().elements()
            let scores = (0..<30).map { Array(flat[$0 * classCount..<($0 + 1) * classCount]) }
            return reference(ramp, offsets, scores: scores, labels: labels[image])
        }
        let targets = try Tensor(labels.flatMap { $0.map(Int64.init) }, shape: [2, 30])
        let found = try MarginBoundLoss(offsets: offsets, ramp: ramp).value(logits, targets)
        #expect(abs(found - (images[0] + images[1]) / 2) < 1e-12)
    }

    /// The value of the hard ramp is that of the theory's own count, and neither exceeds the score of the same pixels.
    @Test(arguments: [2, 3, 6], [0, 0.1, 1, 10])
    func theHardRampNeverExceedsTheIoU(classCount: Int, scale: Double) throws {
        let shape = [1, classCount, 8, 9]
        let offsets = try MarginOffsets(
            rho0k: (0..<classCount).map { scale * Double($0) }, rhoK0: (0..<classCount).map { scale * Double($0 + 1) })
        let problem = LossProblem(shape: shape, ignoreLabel: 255)
        let labels = try problem.labels()
        for seed in UInt64(1)...10 {
            // Partly right, so that there is something to bound.
            let isLabel = try Tensor.range(classCount).reshaped([1, classCount, 1, 1]).equal(labels.unsqueezed(1)).to(.float32)
            let logits = try problem.logits(seed: seed, dtype: .float32) + isLabel * Double(seed) * 0.5
            let bound = try 1 - MarginBoundLoss(offsets: offsets, ramp: .hard, ignoreLabel: 255).value(logits, labels)
            var theory = EmpiricalMarginBounds(offsets: offsets)
            let planes = MarginLoss.marginPlanes(ofScorePlanes: try logits.elements(), classCount: classCount)
            try theory.add(marginPlanes: planes, labels: labels.to(.uint8).elements(), ignoring: 255)
            #expect(abs(bound - theory.miouLowerBound) < 1e-5, "\(seed)")
            #expect(bound <= theory.empiricalMIoU + 1e-6, "\(seed)")
            if scale == 0 { #expect(abs(bound - theory.empiricalMIoU) < 1e-6, "\(seed)") }
        }
    }

    /// Cold, the smooth ramp counts: without offsets it is the score, with them a bound of it.
    @Test(arguments: [2, 4])
    func theColdRampIsTheIoU(classCount: Int) throws {
        let problem = LossProblem(shape: [1, classCount, 8, 9])
        let (logits, labels) = try (problem.logits(), problem.labels())
        let confusion = try BatchConfusion(logits: logits, labels: labels).images[0]
        let scores = (0..<classCount).map { k in
            let (truth, predicted) = (confusion[k].reduce(0, +), confusion.reduce(0) { $0 + $1[k] })
            return Double(confusion[k][k]) / Double(truth + predicted - confusion[k][k])
        }
        let expected = scores.reduce(0, +) / Double(classCount)
        let cold = MarginBoundLoss.Ramp.smooth(temperature: 1e-9)
        #expect(try abs(1 - MarginBoundLoss(offsets: none(classCount), ramp: cold).value(logits, labels) - expected) < 1e-12)
        let offsets = try LossRow.offsets(Array(0..<classCount))
        #expect(try 1 - MarginBoundLoss(offsets: offsets, ramp: cold).value(logits, labels) <= expected)
    }

    /// σ(s₁ − s₀) is the softmax of two scores.
    @Test func withoutOffsetsTwoClassesAreSoftJaccard() throws {
        let problem = LossProblem(shape: [3, 2, 5, 4], ignoreLabel: 255)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let rows: [(MarginBoundLoss.Scope, JaccardLoss)] = [
            (.image, JaccardLoss(perImage: true, ignoreLabel: 255)),
            (.data(RunningMeans(decay: 0)), JaccardLoss(ignoreLabel: 255)),
        ]
        for (scope, jaccard) in rows {
            let found = try MarginBoundLoss(offsets: none(2), scope: scope, ignoreLabel: 255).valueAndGradient(logits, labels)
            let expected = try jaccard.valueAndGradient(logits, labels)
            #expect(abs(found.value - expected.value) < 1e-14)
            #expect(try found.gradient.largestDifference(to: expected.gradient) < 1e-14)
        }
        // Three scores have two rivals.
        let three = LossProblem(shape: [1, 3, 5, 4])
        let (found, other) = try (
            MarginBoundLoss(offsets: none(3)).value(three.logits(), three.labels()),
            JaccardLoss(perImage: true).value(three.logits(), three.labels())
        )
        #expect(abs(found - other) > 1e-3)
    }

    @Test(arguments: ramps)
    func largerOffsetsLowerTheBound(ramp: MarginBoundLoss.Ramp) throws {
        let problem = LossProblem(shape: [2, 3, 6, 6])
        let (logits, labels) = try (problem.logits(), problem.labels())
        let values = try [0.01, 0.5, 1, 5].map { rho in
            try MarginBoundLoss(offsets: MarginOffsets(rho0k: [rho, 0, 0], rhoK0: [0, rho, 0]), ramp: ramp).value(logits, labels)
        }
        #expect(values == values.sorted() && Set(values).count == 4)
    }

    /// A network that is wrong without a doubt is given up: the slopes of a bounded loss vanish on both sides.
    @Test(arguments: [1, -1.0])
    func whatIsSureHasNoSlope(sign: Double) throws {
        let problem = LossProblem(shape: [1, 3, 4, 4])
        let labels = try problem.labels()
        let isLabel = try Tensor.range(3).reshaped([1, 3, 1, 1]).equal(labels.unsqueezed(1)).to(.float64)
        let (_, gradient) = try MarginBoundLoss(offsets: none(3)).valueAndGradient(isLabel * 60 * sign, labels)
        #expect(try gradient.abs().max().item() < 1e-20)
    }

    @Test func offsetsMustBeForTheClasses() throws {
        let loss = MarginBoundLoss(offsets: try LossRow.offsets([0, 1, 2]))
        let message = messageThrown { _ = try loss(logits: .zeros([1, 2, 2]), labels: .zeros([1, 2], dtype: .int64)) }
        #expect(message == "the margin-offsets are for 3 classes, the logits have 2")
    }

    // MARK: Over a data set

    private func overData(_ means: RunningMeans) throws -> MarginBoundLoss {
        MarginBoundLoss(offsets: try LossRow.offsets([0, 1, 2]), scope: .data(means), ignoreLabel: 255)
    }

    private let first = LossProblem(shape: [2, 3, 4, 5], ignoreLabel: 255)

    /// As one image: the equations know no images.
    private func asOneImage(_ tensor: Tensor, hasClasses: Bool) throws -> Tensor {
        guard hasClasses else { return try tensor.reshaped([1, -1]) }
        return try tensor.reshaped([tensor.shape[0], tensor.shape[1], -1]).permuted([1, 0, 2]).reshaped([1, tensor.shape[1], -1])
    }

    @Test func theFirstBatchIsTheDataSet() throws {
        let (logits, labels) = try (first.logits(), first.labels())
        let found = try overData(RunningMeans(decay: 0.9)).valueAndGradient(logits, labels)
        let one = MarginBoundLoss(offsets: try LossRow.offsets([0, 1, 2]), ignoreLabel: 255)
        let expected = try one.valueAndGradient(
            asOneImage(logits, hasClasses: true), asOneImage(labels, hasClasses: false))
        #expect(abs(found.value - expected.value) < 1e-14)
        #expect(try asOneImage(found.gradient, hasClasses: true).largestDifference(to: expected.gradient) < 1e-14)
        // The same batch again and again is its own mean.
        let loss = try overData(RunningMeans(decay: 0.9))
        for _ in 0..<5 { #expect(try abs(loss.valueAndGradient(logits, labels).value - expected.value) < 1e-14) }
    }

    /// For d = 1/2 the mean of two batches is (x₁/2 + x₂) / (3/2): its slope along x₂ is 2/3, the loss's gradient that of slope 1.
    @Test func theGradientIsThatOfTheNewestBatch() throws {
        let means = RunningMeans(decay: 0.5)
        let loss = try overData(means)
        let labels = try first.labels()
        _ = try loss.valueAndGradient(first.logits(seed: 1), labels)
        let state = means.state()
        let logits = try first.logits(seed: 2)
        let gradient = try loss.valueAndGradient(logits, labels).gradient
        let direction = try first.logits(seed: 3)
        func value(_ step: Double) throws -> Double {
            means.load(state)
            return try loss.valueAndGradient(logits + direction * step, labels).value
        }
        let slope = try (value(1e-5) - value(-1e-5)) / 2e-5
        #expect(try abs(slope - (gradient * direction).sum().item() * 2 / 3) < 1e-9)
    }

    /// The costs of missed and of falsely taken pixels that the ratio gives (see the derivation).
    @Test func theCostsFollowFromTheBound() throws {
        let offsets = try none(2)
        let labels = try Tensor([1, 0, 0, 0] as [Int64], shape: [1, 4])
        let loss = MarginBoundLoss(offsets: offsets)
        let logits = try Tensor.zeros([1, 2, 4], dtype: .float64)
        let gradient: [Double] = try loss.valueAndGradient(logits, labels).gradient.selected(1, 1).elements()
        // All ψ are 1/2: IoU̲₁ = 1/2 / (1 + 3/2), IoU̲₀ = 3/2 / (3 + 1/2), and dψ/dλ is 1/4 in size, and the mean over the classes halves.
        let (one, zero) = (0.5 / 2.5, 1.5 / 3.5)
        #expect(abs(gradient[0] - -0.25 / 2 * (1 / 2.5 + zero / 3.5)) < 1e-14)
        for pixel in 1..<4 { #expect(abs(gradient[pixel] - 0.25 / 2 * (one / 2.5 + 1 / 3.5)) < 1e-14) }
    }

    @Test func withoutAGradientNothingIsRemembered() throws {
        let means = RunningMeans(decay: 0.9)
        let loss = try overData(means)
        let labels = try first.labels()
        let value = try loss.value(first.logits(seed: 1), labels)
        #expect(means.state().isEmpty)
        _ = try loss.valueAndGradient(first.logits(seed: 2), labels)
        #expect(try loss.value(first.logits(seed: 1), labels) == value)
        #expect(Array(means.state().keys) == ["4x5"])
    }

    @Test func aStateGoesOn() throws {
        let (means, other) = (RunningMeans(decay: 0.9), RunningMeans(decay: 0.9))
        let labels = try first.labels()
        for seed in UInt64(1)...3 { _ = try overData(means).valueAndGradient(first.logits(seed: seed), labels) }
        other.load(means.state())
        let results = try [means, other].map { try overData($0).valueAndGradient(first.logits(seed: 4), labels) }
        #expect(results[0].value == results[1].value)
        #expect(try results[0].gradient.bytes() == results[1].gradient.bytes())
    }

    /// The heads of deep supervision do not mix.
    @Test func otherSizesHaveOtherMeans() throws {
        let means = RunningMeans(decay: 0.9)
        let loss = try overData(means)
        let small = LossProblem(shape: [1, 3, 2, 2])
        let expected = try overData(RunningMeans(decay: 0.9)).valueAndGradient(small.logits(), small.labels()).value
        _ = try loss.valueAndGradient(first.logits(), first.labels())
        #expect(try loss.valueAndGradient(small.logits(), small.labels()).value == expected)
    }
}
