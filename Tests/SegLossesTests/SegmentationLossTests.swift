import SegLosses
import TestSupport
import Testing
import Torch
import TorchTestSupport

/// What every objective promises.
struct SegmentationLossTests {
    // MARK: Gradients

    @Test(arguments: LossRow.all, LossProblem.all)
    func gradientByFiniteDifferences(row: LossRow, problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
        let labels = try problem.labels()
        let error = try gradientError(at: problem.logits()) { try loss(logits: $0, labels: labels) }
        #expect(error < 1e-8)
    }

    @Test(arguments: LossRow.all, [DType.float16, .bfloat16, .float32, .float64])
    func resultsAreAtLeastFloat32(row: LossRow, dtype: DType) throws {
        let problem = LossProblem.all[0]
        let logits = try problem.logits(dtype: dtype)
        try logits.setRequiresGradient()
        let loss = try row.loss(classes: problem.classCount)
        let value = try loss(logits: logits, labels: problem.labels())
        #expect(value.shape == [])
        #expect(value.dtype == (dtype == .float64 ? .float64 : .float32))
        try value.backward()
        let gradient = try #require(logits.gradient)
        #expect(gradient.dtype == dtype)
        #expect(gradient.shape == logits.shape)
    }

    // MARK: Properties

    /// Classes have no order: permuted with their offsets and weights, nothing changes.
    @Test(arguments: LossRow.all, LossProblem.all)
    func classesMayBePermuted(row: LossRow, problem: LossProblem) throws {
        guard problem.ignoreLabel != 0 else { return }  // the ignored class would move too
        let count = problem.classCount
        let order = (0..<count).map { ($0 + 1) % count }  // place i holds class order[i]
        let place = order.indices.reduce(into: Array(repeating: Int64(0), count: count)) { $0[order[$1]] = Int64($1) }
        let logits = try problem.logits()
        let permuted = try logits.indexSelected(1, Tensor(order.map(Int64.init)))
        let relabelled = problem.labelValues.map { (0..<Int64(count)).contains($0) ? place[Int($0)] : $0 }

        let plain = try row.loss(classes: count, ignoreLabel: problem.ignoreLabel)
        let moved = try row.make(order, problem.ignoreLabel)
        let expected = try plain.value(logits, problem.labels())
        let found = try moved.value(permuted, Tensor(relabelled, shape: problem.labelShape))
        #expect(abs(found - expected) < 1e-12 * expected)
    }

    @Test(arguments: LossRow.all, LossProblem.all)
    func aConstantOfAPixelDoesNotMatter(row: LossRow, problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let shifts = try Tensor.random([problem.shape[0], 1] + problem.shape.dropFirst(2), seed: 3) * 100
        let (value, gradient) = try loss.valueAndGradient(logits, labels)
        let (shifted, shiftedGradient) = try loss.valueAndGradient(logits + shifts, labels)
        #expect(abs(shifted - value) < 1e-10 * value)
        #expect(try shiftedGradient.largestDifference(to: gradient) < 1e-10)
        // Hence the gradient of a pixel adds up to 0.
        #expect(try gradient.sum([1]).abs().max().item() < 1e-12)
    }

    @Test(arguments: LossRow.all, LossProblem.all)
    func ignoredPixelsDoNotMatter(row: LossRow, problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: 77)
        let (logits, labels) = try (problem.logits(), LossProblem(shape: problem.shape).labels())
        let more = try Tensor.concatenated([logits, problem.logits(seed: 8) * 50], 0)
        let moreLabels = try Tensor.concatenated([labels, .full(problem.labelShape, 77, dtype: .int64)], 0)
        let (value, gradient) = try loss.valueAndGradient(logits, labels)
        let (found, foundGradient) = try loss.valueAndGradient(more, moreLabels)
        #expect(abs(found - value) < 1e-12 * value)
        let batch = problem.shape[0]
        #expect(try foundGradient.narrowed(0, 0..<batch).largestDifference(to: gradient) < 1e-12)
        #expect(try foundGradient.narrowed(0, batch..<2 * batch).abs().max().item() == 0)
    }

    @Test(arguments: LossRow.all, LossProblem.all)
    func aBatchTwiceIsTheSame(row: LossRow, problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let expected = try loss.value(logits, labels)
        let twice = try loss.value(.concatenated([logits, logits], 0), .concatenated([labels, labels], 0))
        #expect(abs(twice - expected) < 1e-12 * expected)
    }

    @Test(arguments: LossRow.all, [DType.uint8, .int32])
    func labelsOfEveryIntegerAreEqual(row: LossRow, dtype: DType) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4], ignoreLabel: 255)
        let loss = try row.loss(classes: 3, ignoreLabel: 255)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let (value, gradient) = try loss.valueAndGradient(logits, labels)
        let (found, foundGradient) = try loss.valueAndGradient(logits, labels.to(dtype))
        #expect(found == value)
        #expect(try foundGradient.bytes() == gradient.bytes())
    }

    /// bfloat16 has 8 bits: logits of about ±3 are off by up to 2⁻⁷, the mean over many pixels by much less.
    @Test(arguments: LossRow.all)
    func narrowLogitsAreSummedWide(row: LossRow) throws {
        let problem = LossProblem(shape: [2, 4, 40, 40])
        let loss = try row.loss(classes: 4)
        let (logits, labels) = try (problem.logits(dtype: .float32), problem.labels())
        let narrow = try logits.to(.bfloat16)
        let (value, gradient) = try loss.valueAndGradient(narrow, labels)
        #expect(try abs(value - loss.value(logits, labels)) < 2e-3 * value)
        // Once rounded, nothing of the value is lost, and of the gradient only the last bits.
        let (wide, wideGradient) = try loss.valueAndGradient(narrow.to(.float32), labels)
        #expect(value == wide)
        #expect(try gradient.largestDifference(to: wideGradient) <= 0x1p-6 * wideGradient.abs().max().item())
    }

    // MARK: Limits

    @Test(arguments: LossRow.all, [DType.float32, .float64, .bfloat16])
    func nothingCountedIsZero(row: LossRow, dtype: DType) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let loss = try row.loss(classes: 3, ignoreLabel: 255)
        let (value, gradient) = try loss.valueAndGradient(
            problem.logits(dtype: dtype), .full(problem.labelShape, 255, dtype: .int64))
        #expect(value == 0)
        #expect(try gradient.abs().max().item() == 0)
    }

    @Test(arguments: LossRow.all, [0, 1, 2])
    func oneClassAloneIsFine(row: LossRow, label: Int) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let loss = try row.loss(classes: 3)
        let (value, gradient) = try loss.valueAndGradient(
            problem.logits(), .full(problem.labelShape, Double(label), dtype: .uint8))
        #expect(value > 0 && value.isFinite)
        #expect(try gradient.isFinite().min().itemAsInt() == 1)
        // Raising the right score lowers the loss.
        #expect(try gradient.selected(1, label).max().item() < 0)
    }

    @Test(arguments: LossRow.all, [DType.float32, .bfloat16, .float64])
    func largeLogitsStayFinite(row: LossRow, dtype: DType) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let loss = try row.loss(classes: 3)
        let (signs, labels) = try (problem.logits().greater(0).to(.float64) * 2 - 1, problem.labels())
        let (value, gradient) = try loss.valueAndGradient((signs * 1e4).to(dtype), labels)
        #expect(value.isFinite && value > 1000)
        #expect(try gradient.isFinite().min().itemAsInt() == 1)
    }

    /// Scores far on the right side leave no loss.
    @Test(arguments: LossRow.all)
    func confidenceLeavesNothing(row: LossRow) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let labels = try problem.labels()
        let isLabel = try Tensor.range(3).reshaped([1, 3, 1, 1]).equal(labels.unsqueezed(1)).to(.float64)
        let loss = try row.loss(classes: 3)
        #expect(try loss.value(isLabel * 1000, labels) < 1e-12)
        #expect(try loss.value(isLabel * -1000, labels) > 100)
    }

    // MARK: Misuse

    @Test(
        arguments: LossRow.all,
        [
            ([2, 3], [2]), ([2, 3, 4], [2, 5]), ([2, 3, 4, 4], [2, 1, 4, 4]), ([2, 3, 4, 4], [3, 4, 4]), ([], []),
            ([2, 3, 4, 4], [2, 4]),
        ])
    func shapesMustFit(row: LossRow, shapes: ([Int], [Int])) throws {
        let loss = try row.loss(classes: 3)
        let message = messageThrown { _ = try loss(logits: .zeros(shapes.0), labels: .zeros(shapes.1, dtype: .int64)) }
        #expect(
            message == "logits of shape \(shapes.0) and labels of shape \(shapes.1) do not fit: expected [B, C, …] and [B, …]")
    }

    @Test(arguments: LossRow.all, DType.allCases.filter { $0.isFloatingPoint || $0 == .bool })
    func labelsMustBeWholeNumbers(row: LossRow, dtype: DType) throws {
        let loss = try row.loss(classes: 3)
        let message = messageThrown { _ = try loss(logits: .zeros([1, 3, 2]), labels: .zeros([1, 2], dtype: dtype)) }
        #expect(message == "labels must be whole numbers (int64 or uint8), found \(dtype)")
    }

    @Test(
        arguments: LossRow.all,
        [
            ([0, 1, 2, 3, 0, 5], nil, "2 labels lie outside the classes 0 to 2, first 3 at [0, 1, 1]; map or ignore them"),
            ([0, -1, 2, 0, 0, 0], nil, "1 labels lie outside the classes 0 to 2, first -1 at [0, 0, 1]; map or ignore them"),
            (
                [255, 255, 2, 0, 254, 0], 255,
                "1 labels lie outside the classes 0 to 2, first 254 at [0, 2, 0]; map or ignore them"
            ),
            ([9, 9, 9, 9, 9, 9], nil, "6 labels lie outside the classes 0 to 2, first 9 at [0, 0, 0]; map or ignore them"),
        ] as [([Int64], Int?, String)])
    func labelsMustBeClasses(row: LossRow, labels: ([Int64], Int?, String)) throws {
        let (values, ignoreLabel, expected) = labels
        let loss = try row.loss(classes: 3, ignoreLabel: ignoreLabel)
        let message = messageThrown { _ = try loss(logits: .zeros([1, 3, 3, 2]), labels: Tensor(values, shape: [1, 3, 2])) }
        #expect(message == expected)
    }
}
