import Foundation
import MarginCalibration
import SegLosses
import Testing
import Torch

/// Against the publications' formulas written in Python with stock PyTorch (float64, ignored pixels removed beforehand).
struct ObjectiveReferenceTests {
    /// An objective, its value, and Σ gᵢ cos(0.9 i) over its gradient g.
    typealias Row = (expression: String, value: Double, gradient: Double)

    static let rows: [Row] = [
        ("cross_entropy(weights=[1, 20, 0.5])", 2.55319357877, 0.048665795835),
        ("cross_entropy(weights=inverse)", 4.39679031621, -0.0540846405403),
        ("cross_entropy(weights=effective, beta=0.99)", 3.96063462565, -0.0442158667033),
        ("logit_adjusted", 2.77895441853, -0.0616720854905), ("logit_adjusted(tau=0.5)", 2.70429417077, -0.0401005285827),
        ("focal(gamma=0.5)", 2.79100700929, -0.00789366021307), ("focal(gamma=2)", 2.67247508302, -0.00311266120442),
        ("focal(gamma=3, detached=true)", 2.61329640057, -0.0186575073944), ("dice", 0.752935469802, 0.00138761122312),
        ("dice(form=generalized)", 0.888612572645, 0.00393927127594),
        ("dice(form=generalized_safe)", 0.888612572645, 0.00393927127594), ("tversky", 0.559625865028, 0.0023801879059),
        ("tversky(fp=0.5, fn=0.5, smooth=0)", 0.774828060481, 0.00274571728177),
        ("tversky(gamma=0.75)", 0.636762320271, 0.00196895656831),
        ("tversky(fp=0, fn=2, smooth=0.1, gamma=2)", 0.599567321226, 0.00285732592969),
        ("jaccard", 0.84802659678, 0.000845003933495), ("jaccard(per_image=true)", 0.743730676927, 0.0012159380313),
        ("lovasz", 0.832990497385, 0.00236104575084),
        ("lovasz(per_image=true)", 0.730898187227, 0.00162848137791), ("nr_dice", 0.771363385253, 0.000780641445576),
        ("nr_dice(gamma=1)", 0.849567666644, -0.00384623501851), ("nr_dice(gamma=2)", 0.724193186936, 0.00273281159536),
        ("ldam", 86.3850202129, 0.234423456732), ("ldam(max=2, scale=1)", 3.69105546971, -0.0119883291474),
    ]

    /// The same with class 2 made class 0, so that a class is absent from the batch.
    static let rowsWithAbsentClass: [Row] = [
        ("dice", 0.720560984283, -0.00383131413694), ("dice(form=generalized)", 0.999999775154, 1.87079822493e-09),
        ("dice(form=generalized_safe)", 0.689772843713, -0.00115502815543),
        ("tversky(gamma=0.75)", 0.579461540866, 0.000216426520756), ("jaccard", 0.729356363645, -0.00505585558042),
        ("jaccard(per_image=true)", 0.699775492394, -0.003066007671),
        ("lovasz", 0.713162958163, -0.0050134836891), ("nr_dice", 0.745688168639, -0.00593531763432),
    ]

    @Test(arguments: rows)
    func valueAndGradient(row: Row) throws { try check(row, labels: Self.labels) }

    @Test(arguments: rowsWithAbsentClass)
    func valueAndGradientWithAbsentClass(row: Row) throws { try check(row, labels: Self.labels.map { $0 == 2 ? 0 : $0 }) }

    private func check(_ row: Row, labels: [Int64]) throws {
        let shape = [2, 3, 3, 4]
        let context = LossContext(
            classCount: 3, distribution: try LabelDistribution(counts: [900, 90, 10]), ignoreLabel: 255)
        let loss = try LossExpression(row.expression).makeLoss(context)
        let logits = try Tensor((0..<72).map { 3 * sin(1.7 * Double($0) + 0.3) }, shape: shape)
        let directions = try Tensor((0..<72).map { cos(0.9 * Double($0)) }, shape: shape)
        let (value, gradient) = try loss.valueAndGradient(logits, Tensor(labels, shape: [2, 3, 4]))
        #expect(abs(value - row.value) < 1e-10 * row.value)
        let along = try (gradient * directions).sum().item()
        #expect(abs(along - row.gradient) < 1e-10)
    }

    /// Every seventh pixel is ignored, and the first image lacks class 2.
    private static let labels: [Int64] = (0..<24).map { pixel in
        if pixel % 7 == 2 { return 255 }
        return Int64(pixel < 12 ? pixel / 2 % 2 : (pixel * 5 + pixel / 4) % 3)
    }
}
