import Foundation
import Randomness
import SegMetrics
import Testing

@testable import SegInference

@Suite struct IoUGainsTests {
    /// Pixels whose probabilities are what they say: expected counts follow from these alone.
    private struct Calibrated {
        let classCount: Int
        /// `[C, pixels]`, logits.
        let scores: [Float]
        let probabilities: [[Double]]

        init(classCount: Int, pixels: Int, seed: UInt64) {
            var generator = SeededGenerator(seed: seed)
            let logits = (0..<pixels).map { _ in
                (0..<classCount).map { k in (k == 0 ? 2 : -0.5 * Double(k)) + 4 * generator.uniform(-1, 1) }
            }
            self.classCount = classCount
            scores = (0..<classCount).flatMap { k in logits.map { Float($0[k]) } }
            probabilities = logits.map { logits in
                let sum = logits.reduce(0) { $0 + exp($1) }
                return logits.map { exp($0) / sum }
            }
        }

        /// Expected intersection and union of each class.
        func sizes(_ decision: Decision) -> [(intersection: Double, union: Double)] {
            let classes = decision.classes(of: scores, pixels: probabilities.count)
            var sizes = Array(repeating: (intersection: 0.0, union: 0.0), count: classCount)
            for (p, k) in zip(probabilities, classes) {
                for j in 0..<classCount { sizes[j].union += Int(k) == j ? 1 : p[j] }
                sizes[Int(k)].intersection += p[Int(k)]
            }
            return sizes
        }

        func ious(_ decision: Decision) -> [Double] { sizes(decision).map { $0.intersection / $0.union } }

        func mean(_ decision: Decision) -> Double { ious(decision).dropFirst().reduce(0, +) / Double(classCount - 1) }

        func gains(at decision: Decision) -> IoUGains {
            IoUGains(
                rows: sizes(decision).enumerated().dropFirst().map { k, size in
                    .init(name: "\(k)", classes: [k], iou: size.intersection / size.union, union: Int(size.union * 1000))
                })
        }
    }

    @Test func gainsAreALinearMapOfProbabilities() {
        let gains = IoUGains(rows: [
            .init(name: "a", classes: [1], iou: 0.4, union: 300), .init(name: "b", classes: [1, 2], iou: 0.7, union: 900),
        ])
        let pixels = Calibrated(classCount: 3, pixels: 50, seed: 1)
        let values = gains.values(of: pixels.scores, pixels: 50)
        let (slopes, constants) = gains.linear(classCount: 3)
        for (pixel, p) in pixels.probabilities.enumerated() {
            for k in 0..<3 {
                let expected = zip(slopes[k], p).reduce(Double(constants[k])) { $0 + Double($1.0) * $1.1 }
                #expect(abs(Double(values[k * 50 + pixel]) - expected) < 1e-5)
            }
        }
    }

    /// The best offset of two classes is −log J, J being the IoU that is reached with it.
    @Test(arguments: [UInt64(1), 2, 3])
    func ofTwoClassesItIsTheBestOffset(_ seed: UInt64) throws {
        let pixels = Calibrated(classCount: 2, pixels: 4000, seed: seed)
        let grid = stride(from: -3.0, through: 3, by: 0.01).map { [0, $0] }
        let best = try #require(grid.max { pixels.mean(.offsets($0)) < pixels.mean(.offsets($1)) })
        let reached = pixels.mean(.offsets(best))
        #expect(abs(best[1] + log(reached)) < 0.05, "\(best[1]) at IoU \(reached)")
        #expect(reached > pixels.mean(.argmax) + 0.001)
        let gains = pixels.gains(at: .offsets(best))
        #expect(abs(pixels.mean(.iou(gains)) - reached) < 1e-4)
        // One step from the IoU of argmax is most of the way.
        #expect(pixels.mean(.iou(pixels.gains(at: .argmax))) > reached - 0.1 * (reached - pixels.mean(.argmax)))
        // The same classes as the threshold J / (1 + J), and as an offset of −log J.
        let j = gains.rows[0].iou
        let classes = Decision.iou(gains).classes(of: pixels.scores, pixels: 4000)
        let byThreshold = pixels.probabilities.map { $0[1] > j / (1 + j) ? UInt8(1) : 0 }
        let byOffset = Decision.offsets([0, -log(j)]).classes(of: pixels.scores, pixels: 4000)
        #expect(zip(classes, byThreshold).count { $0 != $1 } <= 1 && zip(classes, byOffset).count { $0 != $1 } <= 1)
    }

    /// Where the rule is its own fixed point, neither offsets nor another class for a pixel do better.
    @Test(arguments: [UInt64(4), 5])
    func ofSeveralClassesNoPixelGainsByAnotherClass(_ seed: UInt64) throws {
        let pixels = Calibrated(classCount: 3, pixels: 3000, seed: seed)
        var decision = Decision.argmax
        for _ in 0..<20 { decision = .iou(pixels.gains(at: decision)) }
        let reached = pixels.mean(decision)
        for first in stride(from: -2.0, through: 3, by: 0.25) {
            for second in stride(from: -2.0, through: 3, by: 0.25) {
                #expect(pixels.mean(.offsets([0, first, second])) < reached + 1e-4, "\(first), \(second)")
            }
        }
        #expect(reached > pixels.mean(.argmax) + 0.001)
    }

    @Test func regionsGainTogether() {
        // A pixel that is one of two classes for certain, and of which of them nothing is known, is worth taking.
        let gains = IoUGains(rows: [.init(name: "whole", classes: [1, 2], iou: 0.8, union: 100)])
        let scores: [Float] = [0, 0, 0, -9, 0, -9]
        #expect(Decision.iou(gains).classes(of: scores, pixels: 2) == [1, 0])
        let values = gains.values(of: scores, pixels: 2)
        #expect(abs(values[2] - (1.8 * 2 / 3 - 0.8)) < 1e-5 && values[2] == values[4] && values[0] == 0)
    }

    @Test func aRowWithoutAnIoUIsFound() {
        let classes = ScoredClasses(["background", "a", "b"])
        let none = IoUGains(ConfusionMatrix(rows: [[5, 0, 1], [1, 3, 0], [2, 0, 0]]), of: classes)
        #expect(none.rows.map(\.iou) == [0.75, 0] && none.problem == "the IoU of 'b' was 0")
        let absent = IoUGains(ConfusionMatrix(rows: [[5, 1, 0], [1, 3, 0], [0, 0, 0]]), of: classes)
        #expect(absent.rows.map(\.union) == [5, 0] && absent.problem == "no pixel was 'b' in truth or prediction")
    }
}
