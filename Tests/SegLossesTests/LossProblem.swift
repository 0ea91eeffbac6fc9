import MarginCalibration
import SegLosses
import Testing
import Torch
import TorchTestSupport

/// A row of a table: an objective for a number of classes, with the numbers that belong to the classes.
struct LossRow: CustomTestStringConvertible, Sendable {
    let name: String
    /// `order` says which class's numbers each class gets; nil ignores no label.
    let make: @Sendable (_ order: [Int], _ ignoreLabel: Int?) throws -> any SegmentationLoss
    var testDescription: String { name }

    func loss(classes: Int, ignoreLabel: Int? = nil) throws -> any SegmentationLoss { try make(Array(0..<classes), ignoreLabel) }

    static let all = [
        LossRow(name: "margin, paper") { MarginCalibrationLoss(form: .paper, offsets: try offsets($0), ignoreLabel: $1) },
        LossRow(name: "margin, authors") { MarginCalibrationLoss(form: .authors, offsets: try offsets($0), ignoreLabel: $1) },
        LossRow(name: "margin, paper, own term weighed") {
            MarginCalibrationLoss(form: .paper, offsets: try offsets($0), positiveWeight: 2.5, ignoreLabel: $1)
        },
        LossRow(name: "margin, authors, own term not weighed") {
            MarginCalibrationLoss(form: .authors, offsets: try offsets($0), positiveWeight: 1, ignoreLabel: $1)
        },
        LossRow(name: "cross-entropy") { CrossEntropyLoss(ignoreLabel: $1) },
        LossRow(name: "weighted cross-entropy") { order, ignore in
            CrossEntropyLoss(weights: order.map { 0.5 + Double($0) }, ignoreLabel: ignore)
        },
        LossRow(name: "sum") { order, ignore in
            WeightedSumLoss([
                .init(weight: 0.5, loss: MarginCalibrationLoss(offsets: try offsets(order), ignoreLabel: ignore)),
                .init(weight: 2, loss: CrossEntropyLoss(ignoreLabel: ignore)),
            ])
        },
    ]

    /// Sums whose terms share passes: each kind of kernel, several of a kind, and what lies outside.
    static let sums = [
        LossRow(name: "margin and Tversky") { order, ignore in
            WeightedSumLoss([
                .init(weight: 1, loss: MarginCalibrationLoss(offsets: try offsets(order), ignoreLabel: ignore)),
                .init(weight: 0.5, loss: TverskyLoss(ignoreLabel: ignore)),
            ])
        },
        LossRow(name: "all kinds") { order, ignore in
            WeightedSumLoss([
                .init(weight: 0.5, loss: FocalLoss(ignoreLabel: ignore)),
                .init(weight: 2, loss: CrossEntropyLoss(weights: order.map { 0.5 + Double($0) }, ignoreLabel: ignore)),
                .init(weight: 0.1, loss: MarginCalibrationLoss(form: .authors, offsets: try offsets(order), ignoreLabel: ignore)),
                .init(weight: -1, loss: JaccardLoss(ignoreLabel: ignore)),
                .init(weight: 3, loss: DiceLoss(form: .soft, ignoreLabel: ignore)),
                .init(weight: 0.7, loss: NRDiceLoss(ignoreLabel: ignore)),
                .init(weight: 0.3, loss: NRDiceLoss(gamma: 1.2, ignoreLabel: ignore)),
                .init(
                    weight: 0.4,
                    loss: try LogitAdjustedLoss(LabelDistribution(counts: order.map { 9 + 20 * $0 }), ignoreLabel: ignore)),
            ])
        },
        LossRow(name: "a sum in a sum") { order, ignore in
            let inner = WeightedSumLoss([
                .init(weight: 2, loss: DiceLoss(form: .generalizedSafe, ignoreLabel: ignore)),
                .init(weight: 1, loss: CrossEntropyLoss(ignoreLabel: ignore)),
            ])
            return WeightedSumLoss([.init(weight: 0.5, loss: inner), .init(weight: 1, loss: FocalLoss(ignoreLabel: ignore))])
        },
        LossRow(name: "bounds among others") { order, ignore in
            let offsets = try offsets(order)
            return WeightedSumLoss([
                .init(weight: 1, loss: DiceLoss(ignoreLabel: ignore)),
                .init(weight: 0.5, loss: MarginBoundLoss(offsets: offsets, ignoreLabel: ignore)),
                .init(
                    weight: 2,
                    loss: MarginBoundLoss(
                        offsets: offsets, ramp: .smooth(temperature: 2), scope: .data(RunningMeans(decay: 0)), ignoreLabel: ignore
                    )),
                .init(weight: 0.1, loss: MarginCalibrationLoss(offsets: offsets, ignoreLabel: ignore)),
            ])
        },
        LossRow(name: "lovasz twice and more") { order, ignore in
            WeightedSumLoss([
                .init(weight: 1, loss: CrossEntropyLoss(ignoreLabel: ignore)),
                .init(weight: 0.5, loss: LovaszSoftmaxLoss(ignoreLabel: ignore)),
                .init(weight: 0.25, loss: LovaszSoftmaxLoss(perImage: true, ignoreLabel: ignore)),
            ])
        },
    ]

    static func offsets(_ order: [Int]) throws -> MarginOffsets {
        try MarginOffsets(rho0k: order.map { 0.3 * Double($0) }, rhoK0: order.map { 1.5 - 0.2 * Double($0) })
    }
}

/// Random logits with labels that go through all classes.
struct LossProblem: Sendable, CustomTestStringConvertible {
    /// [B, C, …]
    let shape: [Int]
    var ignoreLabel: Int?
    var testDescription: String { "\(shape)\(ignoreLabel.map { ", ignoring \($0)" } ?? "")" }

    var classCount: Int { shape[1] }
    var labelShape: [Int] { [shape[0]] + shape.dropFirst(2) }

    func logits(seed: UInt64 = 7, dtype: DType = .float64) throws -> Tensor { try Tensor.random(shape, seed: seed).to(dtype) }

    /// Every third pixel is ignored where there is a label for it.
    var labelValues: [Int64] {
        (0..<labelShape.reduce(1, *)).map { pixel in
            if let ignoreLabel, pixel % 3 == 1 { return Int64(ignoreLabel) }
            return Int64((pixel * 5 + pixel / 4) % classCount)
        }
    }

    func labels() throws -> Tensor { try Tensor(labelValues, shape: labelShape) }

    static let all = [
        LossProblem(shape: [2, 3, 2, 4]), LossProblem(shape: [1, 2, 3, 3], ignoreLabel: 255),
        LossProblem(shape: [1, 4, 2, 2, 3]),
        LossProblem(shape: [2, 5, 1, 3, 2], ignoreLabel: -1), LossProblem(shape: [3, 3, 4], ignoreLabel: 0),
    ]
}

extension SegmentationLoss {
    func value(_ logits: Tensor, _ labels: Tensor) throws -> Double { try callAsFunction(logits: logits, labels: labels).item() }

    /// Value and d value / d logits.
    func valueAndGradient(_ logits: Tensor, _ labels: Tensor) throws -> (value: Double, gradient: Tensor) {
        let leaf = try logits.clone()
        try leaf.setRequiresGradient()
        let value = try callAsFunction(logits: leaf, labels: labels)
        try value.backward()
        return (try value.item(), try #require(leaf.gradient))
    }
}
