import Foundation
import SegLosses
import TestSupport
import Testing
import Torch
import TorchTestSupport

struct CrossEntropyLossTests {
    /// Softmax of (0, ln 3) is (1/4, 3/4).
    @Test(
        arguments: [
            ([0, 1], nil, nil, 0.5 * (log(4) + log(4.0 / 3))), ([1, 1], nil, nil, log(4.0 / 3)), ([0, 255], nil, 255, log(4)),
            ([0, 1], [1, 3], nil, (log(4) + 3 * log(4.0 / 3)) / 4), ([0, 1], [2, 0], nil, log(4)),
            ([0, 0], [1, 5], nil, log(4)),
            ([1, 0], [1, 3], 0, log(4.0 / 3)),
        ] as [([Int64], [Double]?, Int?, Double)])
    func byHand(labels: [Int64], weights: [Double]?, ignoreLabel: Int?, expected: Double) throws {
        let logits = try Tensor([0, 0, log(3), log(3)] as [Double], shape: [1, 2, 2])
        let value = try CrossEntropyLoss(weights: weights, ignoreLabel: ignoreLabel).value(logits, Tensor(labels, shape: [1, 2]))
        #expect(abs(value - expected) < 1e-12)
    }

    @Test func equalWeightsAreNone() throws {
        let problem = LossProblem.all[0]
        let (logits, labels) = try (problem.logits(), problem.labels())
        let plain = try CrossEntropyLoss().value(logits, labels)
        for weight in [0.1, 1, 40] {
            let weighted = try CrossEntropyLoss(weights: [weight, weight, weight]).value(logits, labels)
            #expect(abs(weighted - plain) < 1e-12)
        }
    }

    @Test func evenScoresAreTheLogarithmOfTheClasses() throws {
        for classCount in [2, 3, 10] {
            let value = try CrossEntropyLoss().value(.zeros([1, classCount, 4], dtype: .float64), .zeros([1, 4], dtype: .uint8))
            #expect(abs(value - log(Double(classCount))) < 1e-12)
        }
    }

    @Test(arguments: [[1], [1, 2], [1, 2, 3, 4]])
    func weightsMustBeForTheClasses(weights: [Double]) throws {
        let loss = CrossEntropyLoss(weights: weights)
        let message = messageThrown { _ = try loss(logits: .zeros([1, 3, 2]), labels: .zeros([1, 2], dtype: .int64)) }
        #expect(message == "the weights of cross_entropy are for \(weights.count) classes, the logits have 3")
    }
}
