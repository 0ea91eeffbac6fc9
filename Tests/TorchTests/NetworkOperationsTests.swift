import TestSupport
import Testing
import Torch
import TorchTestSupport

struct NetworkOperationsTests {
    /// [[0, 1, 2], [3, 4, 5], [6, 7, 8]] as one image of one channel.
    @Sendable private static func image() throws -> Tensor { try Tensor.range(9, dtype: .float64).reshaped([1, 1, 3, 3]) }
    @Sendable private static func ones(_ shape: [Int]) throws -> Tensor { try .ones(shape, dtype: .float64) }

    static let rows = [
        TensorRow("convolution", [1, 1, 2, 2], [8, 12, 20, 24]) { try image().convolved(ones([1, 1, 2, 2]), bias: nil) },
        TensorRow("convolution with bias", [1, 2, 1, 1], [37, 38]) {
            try image().convolved(ones([2, 1, 3, 3]), bias: Tensor([1, 2] as [Double]))
        },
        TensorRow("convolution is a correlation", [1, 1, 1, 2], [1, 1]) {
            try Tensor([0, 1, 2] as [Double], shape: [1, 1, 1, 3]).convolved(
                Tensor([-1, 1] as [Double], shape: [1, 1, 1, 2]), bias: nil)
        },
        TensorRow("padding", [1, 1, 3, 3], [8, 15, 12, 21, 36, 27, 20, 33, 24]) {
            try image().convolved(ones([1, 1, 3, 3]), bias: nil, padding: 1)
        },
        TensorRow("dilation", [1, 1, 1, 1], [16]) { try image().convolved(ones([1, 1, 2, 2]), bias: nil, dilation: 2) },
        TensorRow("stride", [1, 1, 2, 2], [0, 2, 6, 8]) { try image().convolved(ones([1, 1, 1, 1]), bias: nil, stride: 2) },
        TensorRow("groups", [1, 2, 1, 1], [1, 20]) {
            try Tensor([1, 2] as [Double], shape: [1, 2, 1, 1])
                .convolved(Tensor([1, 10] as [Double], shape: [2, 1, 1, 1]), bias: nil, groups: 2)
        },
        TensorRow("convolution of a line", [1, 1, 2], [1, 3]) {
            try Tensor([0, 1, 2] as [Double], shape: [1, 1, 3]).convolved(ones([1, 1, 2]), bias: nil)
        },
        TensorRow("convolution of a volume", [1, 1, 1, 1, 1], [28]) {
            try Tensor.range(8, dtype: .float64).reshaped([1, 1, 2, 2, 2]).convolved(ones([1, 1, 2, 2, 2]), bias: nil)
        },
        TensorRow("transposed convolution", [1, 1, 2, 4], [1, 1, 2, 2, 1, 1, 2, 2]) {
            try Tensor([1, 2] as [Double], shape: [1, 1, 1, 2]).transposeConvolved(ones([1, 1, 2, 2]), bias: nil, stride: 2)
        },
        TensorRow("maximum pooling", [1, 1, 1, 1], [4]) { try image().maxPooled(2) },
        TensorRow("average pooling", [1, 1, 1, 1], [2]) { try image().averagePooled(2) },
        TensorRow("bilinear, corners aligned", [1, 1, 1, 5], [0, 0.5, 1, 1.5, 2]) {
            try image().narrowed(2, 0..<1).upsampledBilinear(height: 1, width: 5, alignCorners: true)
        },
        TensorRow("bilinear, corners not aligned", [1, 1, 1, 4], [0, 0.25, 0.75, 1]) {
            try image().narrowed(2, 0..<1).narrowed(3, 0..<2).upsampledBilinear(height: 1, width: 4, alignCorners: false)
        },
        TensorRow("nearest", [1, 1, 2, 4], [0, 0, 1, 1, 0, 0, 1, 1]) {
            try image().narrowed(2, 0..<1).narrowed(3, 0..<2).upsampledNearest(height: 2, width: 4)
        },
        TensorRow("group norm", [1, 2, 1, 2], [-1, 1, -1, 1]) {
            try Tensor([1, 3, 10, 30] as [Double], shape: [1, 2, 1, 2]).groupNormalized(2, weight: nil, bias: nil, epsilon: 0)
        },
        TensorRow("batch norm by running statistics", [1, 2, 1, 1], [2, 7]) {
            try Tensor([5, 20] as [Double], shape: [1, 2, 1, 1]).batchNormalized(
                weight: Tensor([1, 3] as [Double]), bias: Tensor([0, 1] as [Double]), runningMean: Tensor([1, 10] as [Double]),
                runningVariance: Tensor([4, 25] as [Double]), isTraining: false, epsilon: 0)
        },
    ]

    @Test(arguments: rows)
    func byHand(row: TensorRow) throws {
        let result = try row.call()
        #expect(result.shape == row.shape)
        let found: [Double] = try result.elements()
        for (found, expected) in zip(found, row.elements) { #expect(abs(found - expected) <= 1e-12) }
    }

    /// Of [2, 2, 4, 4].
    @Test(arguments: [
        TensorFunction("convolution") {
            try $0.convolved(.random([3, 2, 3, 3], seed: 1), bias: .random([3], seed: 2), padding: 1)
        },
        TensorFunction("dilated convolution") {
            try $0.convolved(.random([3, 2, 2, 2], seed: 1), bias: nil, stride: 2, dilation: 2)
        },
        TensorFunction("transposed convolution") {
            try $0.transposeConvolved(.random([2, 3, 2, 2], seed: 1), bias: nil, stride: 2)
        },
        TensorFunction("group norm") {
            try $0.groupNormalized(2, weight: Tensor([1, 2] as [Double]), bias: Tensor([0.5, 0] as [Double]))
        },
        TensorFunction("batch norm") {
            try $0.batchNormalized(
                weight: nil, bias: nil, runningMean: .zeros([2], dtype: .float64), runningVariance: .ones([2], dtype: .float64),
                isTraining: true)
        },
        TensorFunction("maximum pooling") { try $0.maxPooled(2) },
        TensorFunction("average pooling") { try $0.averagePooled(2) },
        TensorFunction("bilinear") { try $0.upsampledBilinear(height: 7, width: 5, alignCorners: true) },
        TensorFunction("nearest") { try $0.upsampledNearest(height: 8, width: 6) },
        TensorFunction("cross-entropy") {
            try $0.crossEntropy(labels: (Tensor.range(32).reshaped([2, 4, 4]).greater(11)).to(.int64))
        },
    ])
    func slopeByFiniteDifferences(function: TensorFunction) throws {
        let input = try Tensor.random([2, 2, 4, 4], seed: 8)
        // Cubes: the squares of a normalised tensor have a constant sum.
        #expect(try gradientError(at: input) { try function.call($0).power(3).sum() } < 1e-5)
    }

    @Test(
        arguments: [
            (nil, -100, [0, 1], 0.5 * (2.0 * 0.6931471805599453)), (nil, 1, [0, 1], 0.6931471805599453),
            ([1, 3], -100, [0, 1], 0.6931471805599453), (nil, -100, [1, 1], 0.6931471805599453),
        ] as [([Double]?, Int, [Int64], Double)])
    func crossEntropyOfEvenScores(weight: [Double]?, ignoring: Int, labels: [Int64], expected: Double) throws {
        let logits = try Tensor.zeros([1, 2, 2], dtype: .float64)
        let found = try logits.crossEntropy(
            labels: Tensor(labels, shape: [1, 2]), weight: weight.map { try Tensor($0) }, ignoring: ignoring)
        #expect(try abs(found.item() - expected) < 1e-12)
    }

    @Test(arguments: [
        TensorMisuse("convolution of [1, 1, 3, 3] float64, [1, 2, 3, 3] float64", .runtime) {
            try image().convolved(ones([1, 2, 3, 3]), bias: nil)
        },
        TensorMisuse("convolution of [1, 1, 3, 3] float64, [1, 1, 5, 5] float64", .runtime) {
            try image().convolved(ones([1, 1, 5, 5]), bias: nil)
        },
        TensorMisuse("convolution of [1, 1, 3, 3] float64, [1, 1, 3, 3] float32", .runtime) {
            try image().convolved(.ones([1, 1, 3, 3]), bias: nil)
        },
        TensorMisuse("transposed convolution of [1, 1, 3, 3] float64, [2, 1, 2, 2] float64", .runtime) {
            try image().transposeConvolved(ones([2, 1, 2, 2]), bias: nil)
        },
        TensorMisuse("group_norm of [1, 1, 3, 3] float64", .runtime) { try image().groupNormalized(2, weight: nil, bias: nil) },
        TensorMisuse("max_pool2d of [3] float32", .runtime) { try Tensor.ones([3]).maxPooled(2) },
        TensorMisuse("avg_pool2d of [1, 1, 3, 3] float64", .runtime) { try image().averagePooled(4) },
        TensorMisuse("upsample_bilinear2d of [1, 1, 3, 3] float64", .runtime) {
            try image().upsampledBilinear(height: 0, width: 3, alignCorners: true)
        },
        TensorMisuse("cross_entropy of [1, 1, 3, 3] float64, [1, 2, 2] int64", .runtime) {
            try image().crossEntropy(labels: .zeros([1, 2, 2], dtype: .int64))
        },
        TensorMisuse("cross_entropy of [1, 2] float32, [1] int64", .index) {
            try Tensor.zeros([1, 2]).crossEntropy(labels: Tensor([2] as [Int64]))
        },
    ])
    func misuse(row: TensorMisuse) throws { try row.isRefused() }
}
