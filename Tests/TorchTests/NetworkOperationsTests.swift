import TestSupport
import Testing
import Torch
import TorchTestSupport

struct NetworkOperationsTests {
    /// [[0, 1, 2], [3, 4, 5], [6, 7, 8]] as one image of one channel.
    @Sendable private static func image() throws -> Tensor { try Tensor.range(9, dtype: .float64).reshaped([1, 1, 3, 3]) }
    /// [[[0, 1], [2, 3]], [[4, 5], [6, 7]]] as one volume of one channel.
    @Sendable private static func volume() throws -> Tensor { try Tensor.range(8, dtype: .float64).reshaped([1, 1, 2, 2, 2]) }
    @Sendable private static func line(_ values: [Double]) throws -> Tensor {
        try Tensor(values, shape: [1, 1, values.count])
    }
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
            try image().convolved(ones([1, 1, 3, 3]), bias: nil, padding: [1, 1])
        },
        TensorRow("dilation", [1, 1, 1, 1], [16]) { try image().convolved(ones([1, 1, 2, 2]), bias: nil, dilation: 2) },
        TensorRow("stride", [1, 1, 2, 2], [0, 2, 6, 8]) {
            try image().convolved(ones([1, 1, 1, 1]), bias: nil, stride: [2, 2])
        },
        TensorRow("groups", [1, 2, 1, 1], [1, 20]) {
            try Tensor([1, 2] as [Double], shape: [1, 2, 1, 1])
                .convolved(Tensor([1, 10] as [Double], shape: [2, 1, 1, 1]), bias: nil, groups: 2)
        },
        TensorRow("convolution of a line", [1, 1, 2], [1, 3]) {
            try Tensor([0, 1, 2] as [Double], shape: [1, 1, 3]).convolved(ones([1, 1, 2]), bias: nil)
        },
        TensorRow("convolution of a volume", [1, 1, 1, 1, 1], [28]) {
            try volume().convolved(ones([1, 1, 2, 2, 2]), bias: nil)
        },
        TensorRow("padding of single axes", [1, 1, 1, 2, 4], [12, 28, 28, 16, 12, 28, 28, 16]) {
            try volume().convolved(ones([1, 1, 2, 3, 3]), bias: nil, padding: [0, 1, 2])
        },
        TensorRow("transposed convolution", [1, 1, 2, 4], [1, 1, 2, 2, 1, 1, 2, 2]) {
            try Tensor([1, 2] as [Double], shape: [1, 1, 1, 2]).transposeConvolved(
                ones([1, 1, 2, 2]), bias: nil, stride: [2, 2])
        },
        TensorRow("maximum pooling", [1, 1, 1, 1], [4]) { try image().maxPooled([2, 2]) },
        TensorRow("average pooling", [1, 1, 1, 1], [2]) { try image().averagePooled([2, 2]) },
        TensorRow("maximum pooling of a line", [1, 1, 2], [3, 2]) { try line([0, 3, 2, 1]).maxPooled([2]) },
        TensorRow("average pooling of a line", [1, 1, 2], [1.5, 2]) { try line([0, 3, 1, 3]).averagePooled([2]) },
        TensorRow("maximum pooling of a volume", [1, 1, 1, 1, 1], [7]) { try volume().maxPooled([2, 2, 2]) },
        TensorRow("average pooling of a volume", [1, 1, 1, 1, 1], [3.5]) { try volume().averagePooled([2, 2, 2]) },
        TensorRow("maximum pooling of planes", [1, 1, 2, 1, 1], [3, 7]) { try volume().maxPooled([1, 2, 2]) },
        TensorRow("average pooling of planes", [1, 1, 2, 1, 1], [1.5, 5.5]) { try volume().averagePooled([1, 2, 2]) },
        TensorRow("maximum pooling of rows", [1, 1, 3, 1], [1, 4, 7]) { try image().maxPooled([1, 2]) },
        TensorRow("linear", [1, 1, 3], [0, 0.5, 1]) { try line([0, 1]).upsampledLinear(to: [3], alignCorners: true) },
        TensorRow("trilinear, along the depth", [1, 1, 3, 2, 2], [0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7]) {
            try volume().upsampledLinear(to: [3, 2, 2], alignCorners: true)
        },
        TensorRow("trilinear, corners not aligned", [1, 1, 1, 1, 4], [0, 0.25, 0.75, 1]) {
            try volume().narrowed(2, 0..<1).narrowed(3, 0..<1).upsampledLinear(to: [1, 1, 4], alignCorners: false)
        },
        TensorRow("nearest on a line", [1, 1, 4], [0, 0, 1, 1]) { try line([0, 1]).upsampledNearest(to: [4]) },
        TensorRow("nearest in a volume", [1, 1, 2, 1, 4], [0, 0, 1, 1, 0, 0, 1, 1]) {
            try volume().narrowed(2, 0..<1).narrowed(3, 0..<1).upsampledNearest(to: [2, 1, 4])
        },
        TensorRow("bilinear, corners aligned", [1, 1, 1, 5], [0, 0.5, 1, 1.5, 2]) {
            try image().narrowed(2, 0..<1).upsampledLinear(to: [1, 5], alignCorners: true)
        },
        TensorRow("bilinear, corners not aligned", [1, 1, 1, 4], [0, 0.25, 0.75, 1]) {
            try image().narrowed(2, 0..<1).narrowed(3, 0..<2).upsampledLinear(to: [1, 4], alignCorners: false)
        },
        TensorRow("nearest", [1, 1, 2, 4], [0, 0, 1, 1, 0, 0, 1, 1]) {
            try image().narrowed(2, 0..<1).narrowed(3, 0..<2).upsampledNearest(to: [2, 4])
        },
        TensorRow("group norm", [1, 2, 1, 2], [-1, 1, -1, 1]) {
            try Tensor([1, 3, 10, 30] as [Double], shape: [1, 2, 1, 2]).groupNormalized(2, weight: nil, bias: nil, epsilon: 0)
        },
        TensorRow("instance norm", [1, 2, 1, 2], [-1, 1, -1, 3]) {
            try Tensor([1, 3, 10, 30] as [Double], shape: [1, 2, 1, 2]).instanceNormalized(
                weight: Tensor([1, 2] as [Double]), bias: Tensor([0, 1] as [Double]), epsilon: 0)
        },
        TensorRow("instance norm of volumes", [2, 1, 2, 1, 1], [-1, 1, 1, -1]) {
            try Tensor([1, 3, 30, 10] as [Double], shape: [2, 1, 2, 1, 1]).instanceNormalized(weight: nil, bias: nil, epsilon: 0)
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

    static let functions = [

        TensorFunction("convolution") {
            try $0.convolved(.random([3, 2, 3, 3], seed: 1), bias: .random([3], seed: 2), padding: [1, 1])
        },
        TensorFunction("dilated convolution") {
            try $0.convolved(.random([3, 2, 2, 2], seed: 1), bias: nil, stride: [2, 2], dilation: 2)
        },
        TensorFunction("transposed convolution") {
            try $0.transposeConvolved(.random([2, 3, 2, 2], seed: 1), bias: nil, stride: [2, 2])
        },
        TensorFunction("group norm") {
            try $0.groupNormalized(2, weight: Tensor([1, 2] as [Double]), bias: Tensor([0.5, 0] as [Double]))
        },
        TensorFunction("instance norm") {
            try $0.instanceNormalized(weight: Tensor([1, 2] as [Double]), bias: Tensor([0.5, 0] as [Double]))
        },
        TensorFunction("batch norm") {
            try $0.batchNormalized(
                weight: nil, bias: nil, runningMean: .zeros([2], dtype: .float64), runningVariance: .ones([2], dtype: .float64),
                isTraining: true)
        },
        TensorFunction("maximum pooling") { try $0.maxPooled([2, 2]) },
        TensorFunction("average pooling") { try $0.averagePooled([2, 2]) },
        TensorFunction("bilinear") { try $0.upsampledLinear(to: [7, 5], alignCorners: true) },
        TensorFunction("nearest") { try $0.upsampledNearest(to: [8, 6]) },
        TensorFunction("cross-entropy") {
            try $0.crossEntropy(labels: (Tensor.range(32).reshaped([2, 4, 4]).greater(11)).to(.int64))
        },
    ]

    static let functionsOfVolumes = [
        TensorFunction("convolution") {
            try $0.convolved(.random([3, 2, 1, 3, 3], seed: 1), bias: .random([3], seed: 2), padding: [0, 1, 1])
        },
        TensorFunction("instance norm") {
            try $0.instanceNormalized(weight: Tensor([1, 2] as [Double]), bias: Tensor([0.5, 0] as [Double]))
        },
        TensorFunction("maximum pooling") { try $0.maxPooled([2, 2, 2]) },
        TensorFunction("maximum pooling of planes") { try $0.maxPooled([1, 2, 2]) },
        TensorFunction("average pooling") { try $0.averagePooled([2, 2, 2]) },
        TensorFunction("average pooling of planes") { try $0.averagePooled([1, 2, 2]) },
        TensorFunction("trilinear") { try $0.upsampledLinear(to: [3, 7, 5], alignCorners: true) },
        TensorFunction("trilinear within planes") { try $0.upsampledLinear(to: [2, 8, 8], alignCorners: false) },
        TensorFunction("nearest") { try $0.upsampledNearest(to: [4, 4, 6]) },
    ]

    static let functionsOfLines = [
        TensorFunction("convolution") { try $0.convolved(.random([3, 2, 3], seed: 1), bias: nil, padding: [1]) },
        TensorFunction("maximum pooling") { try $0.maxPooled([2]) },
        TensorFunction("average pooling") { try $0.averagePooled([2]) },
        TensorFunction("linear") { try $0.upsampledLinear(to: [9], alignCorners: true) },
        TensorFunction("nearest") { try $0.upsampledNearest(to: [8]) },
    ]

    @Test(
        arguments: functions.map { ([2, 2, 4, 4], $0) } + functionsOfVolumes.map { ([2, 2, 2, 4, 4], $0) }
            + functionsOfLines.map { ([2, 2, 6], $0) })
    func slopeByFiniteDifferences(shape: [Int], function: TensorFunction) throws {
        let input = try Tensor.random(shape, seed: 8)
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
        TensorMisuse("max_pool of [3] float32", .runtime) { try Tensor.ones([3]).maxPooled([2, 2]) },
        TensorMisuse("max_pool of [1, 1, 1, 1, 1, 1] float32", .runtime) {
            try Tensor.ones([1, 1, 1, 1, 1, 1]).maxPooled([1, 1, 1, 1])
        },
        TensorMisuse("upsample_nearest of [1, 1, 3, 3] float64", .runtime) { try image().upsampledNearest(to: []) },
        TensorMisuse("avg_pool of [1, 1, 3, 3] float64", .runtime) { try image().averagePooled([4, 4]) },
        TensorMisuse("upsample_linear of [1, 1, 3, 3] float64", .runtime) {
            try image().upsampledLinear(to: [0, 3], alignCorners: true)
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
