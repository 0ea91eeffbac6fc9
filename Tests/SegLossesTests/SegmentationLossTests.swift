import MarginCalibration
import SegLosses
import TestSupport
import Testing
import Torch
import TorchTestSupport

/// What every objective promises, each with the tolerance of its ε.
struct SegmentationLossTests {
    @Test(arguments: LossRow.differentiable, LossProblem.all)
    func gradientByFiniteDifferences(row: LossRow, problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
        let labels = try problem.labels()
        let error = try gradientError(at: problem.logits()) { try loss(logits: $0, labels: labels) }
        #expect(error < 1e-8)
    }

    @Test(arguments: LossRow.every, [DType.float16, .bfloat16, .float32, .float64])
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
        #expect(gradient.dtype == dtype && gradient.shape == logits.shape)
    }

    // MARK: Properties

    @Test(arguments: LossRow.every, LossProblem.all)
    func classesMayBePermuted(row: LossRow, problem: LossProblem) throws {
        // The ignored class, or the background, would move too.
        guard problem.ignoreLabel != 0, row.name != "dice, no background" else { return }
        let count = problem.classCount
        let order = (0..<count).map { ($0 + 1) % count }  // place i holds class order[i]
        let place = order.indices.reduce(into: Array(repeating: Int64(0), count: count)) { $0[order[$1]] = Int64($1) }
        let logits = try problem.logits()
        let permuted = try logits.indexSelected(1, Tensor(order.map(Int64.init)))
        let relabelled = problem.labelValues.map { (0..<Int64(count)).contains($0) ? place[Int($0)] : $0 }
        let expected = try row.loss(classes: count, ignoreLabel: problem.ignoreLabel).value(logits, problem.labels())
        let moved = try row.make(order, problem.ignoreLabel)
        let found = try moved.value(permuted, Tensor(relabelled, shape: problem.labelShape))
        #expect(abs(found - expected) < 1e-12 * max(1, expected))
    }

    @Test(arguments: LossRow.every, LossProblem.all)
    func aConstantOfAPixelDoesNotMatter(row: LossRow, problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let shifts = try Tensor.random([problem.shape[0], 1] + problem.shape.dropFirst(2), seed: 3) * 100
        let (value, gradient) = try loss.valueAndGradient(logits, labels)
        let (shifted, shiftedGradient) = try loss.valueAndGradient(logits + shifts, labels)
        #expect(abs(shifted - value) < 1e-10 * max(1, value))
        #expect(try shiftedGradient.largestDifference(to: gradient) < 1e-10)
        // Hence the gradient of a pixel adds up to 0.
        #expect(try gradient.sum([1]).abs().max().item() < 1e-12)
    }

    /// Whole images of them, and whatever their logits are.
    @Test(arguments: LossRow.every, LossProblem.all)
    func ignoredImagesDoNotMatter(row: LossRow, problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: 77)
        let (logits, labels) = try (problem.logits(), LossProblem(shape: problem.shape).labels())
        let moreLabels = try Tensor.concatenated([labels, .full(problem.labelShape, 77, dtype: .int64)], 0)
        let (value, gradient) = try loss.valueAndGradient(logits, labels)
        let batch = problem.shape[0]
        for scale in [50, Double.infinity] {
            let more = try Tensor.concatenated([logits, problem.logits(seed: 8) * scale], 0)
            let (found, foundGradient) = try loss.valueAndGradient(more, moreLabels)
            #expect(abs(found - value) < 1e-12 * max(1, value))
            #expect(try foundGradient.narrowed(0, 0..<batch).largestDifference(to: gradient) < 1e-12)
            #expect(try foundGradient.narrowed(0, batch..<2 * batch).abs().max().item() == 0)
        }
    }

    /// Pixels here and there, in the middle of an image.
    @Test(arguments: LossRow.every, [[1, 2, 3, 3], [1, 4, 2, 2, 3], [1, 3, 12]])
    func ignoredPixelsMightNotBeThere(row: LossRow, shape: [Int]) throws {
        let problem = LossProblem(shape: shape, ignoreLabel: 255)
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: 255)
        let kept = problem.labelValues.indices.filter { problem.labelValues[$0] != 255 }
        let pixels = try problem.logits().reshaped([1, problem.classCount, problem.labelValues.count])
        let others = try pixels.indexSelected(2, Tensor(kept.map(Int64.init)))
        let found = try loss.value(problem.logits(), problem.labels())
        let expected = try loss.value(others, Tensor(kept.map { problem.labelValues[$0] }, shape: [1, kept.count]))
        #expect(abs(found - expected) < 1e-12 * max(1, expected))
    }

    /// The ε of soft Dice and NR-Dice weighs half as much in twice as many pixels; the fixed weight that generalized Dice gives
    /// to absent classes does not go with the size of the batch at all.
    @Test(arguments: LossRow.every, LossProblem.all)
    func aBatchTwiceIsTheSame(row: LossRow, problem: LossProblem) throws {
        let loss = try row.loss(classes: problem.classCount, ignoreLabel: problem.ignoreLabel)
        let (logits, labels) = try (problem.logits(), problem.labels())
        guard row.name != "dice, generalized" || problem.hasAllClasses else { return }
        let twice = try loss.value(.concatenated([logits, logits], 0), .concatenated([labels, labels], 0))
        let tolerance = ["dice, soft", "dice, no background", "nr_dice", "nr_dice, gamma 2"].contains(row.name) ? 1e-5 : 1e-12
        let expected = try loss.value(logits, labels)
        #expect(abs(twice - expected) < tolerance * max(1, expected))
    }

    /// bfloat16 has 8 bits: logits of about ±3 are off by up to 2⁻⁷, a sum over many pixels by much less.
    @Test(arguments: LossRow.every)
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

    @Test(arguments: LossRow.every)
    func memoryFormatsDoNotMatter(row: LossRow) throws {
        let problem = LossProblem(shape: [2, 3, 4, 6], ignoreLabel: 255)
        let loss = try row.loss(classes: 3, ignoreLabel: 255)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let (value, gradient) = try loss.valueAndGradient(logits, labels)
        let (found, foundGradient) = try loss.valueAndGradient(logits.contiguous(.channelsLast), labels)
        #expect(abs(found - value) < 1e-12 * max(1, value))
        #expect(try foundGradient.largestDifference(to: gradient) < 1e-12)
    }

    @Test(arguments: LossRow.every, [DType.uint8, .int32])
    func labelsOfEveryIntegerAreEqual(row: LossRow, dtype: DType) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4], ignoreLabel: 255)
        let loss = try row.loss(classes: 3, ignoreLabel: 255)
        let (logits, labels) = try (problem.logits(), problem.labels())
        let (value, gradient) = try loss.valueAndGradient(logits, labels)
        let (found, foundGradient) = try loss.valueAndGradient(logits, labels.to(dtype))
        #expect(found == value)
        #expect(try foundGradient.bytes() == gradient.bytes())
    }

    // MARK: Limits

    @Test(arguments: LossRow.every, [DType.float32, .float64, .bfloat16])
    func nothingCountedIsZero(row: LossRow, dtype: DType) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let loss = try row.loss(classes: 3, ignoreLabel: 255)
        let labels = try Tensor.full(problem.labelShape, 255, dtype: .int64)
        let (value, gradient) = try loss.valueAndGradient(problem.logits(dtype: dtype), labels)
        #expect(value == 0)
        #expect(try gradient.abs().max().item() == 0)
    }

    @Test(arguments: LossRow.every, [0, 1, 2])
    func oneClassAloneIsFine(row: LossRow, label: Int) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let labels = try Tensor.full(problem.labelShape, Double(label), dtype: .uint8)
        let (value, gradient) = try row.loss(classes: 3).valueAndGradient(problem.logits(dtype: .float32), labels)
        #expect(value > 0 && value.isFinite)
        #expect(try gradient.isFinite().min().itemAsInt() == 1)
        // Raising the right score lowers the loss, but for NR-Dice: weakly predicted absent classes cost it less if predicted more.
        let steepest = try gradient.selected(1, label).max().item()
        #expect(steepest < 0 || row.name == "nr_dice")
    }

    @Test(arguments: LossRow.every, [DType.float32, .bfloat16, .float64])
    func largeLogitsStayFinite(row: LossRow, dtype: DType) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let (signs, labels) = try (problem.logits().greater(0).to(.float64) * 2 - 1, problem.labels())
        let (value, gradient) = try row.loss(classes: 3).valueAndGradient((signs * 1e4).to(dtype), labels)
        #expect(value.isFinite && value > 0)
        #expect(try gradient.isFinite().min().itemAsInt() == 1)
    }

    /// At the perfect prediction some derivatives of single steps are infinite; the gradient is not.
    @Test(arguments: LossRow.every, [1, -1.0])
    func confidence(row: LossRow, sign: Double) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let labels = try problem.labels()
        let isLabel = try Tensor.range(3).reshaped([1, 3, 1, 1]).equal(labels.unsqueezed(1)).to(.float64)
        let (value, gradient) = try row.loss(classes: 3).valueAndGradient(isLabel * 1000 * sign, labels)
        #expect(sign > 0 ? value < 1e-12 : value > 0.7)
        #expect(try gradient.isFinite().min().itemAsInt() == 1)
    }

    /// The losses of single pixels have no upper limit.
    @Test(arguments: LossRow.all)
    func wrongConfidenceCosts(row: LossRow) throws {
        let problem = LossProblem(shape: [2, 3, 2, 4])
        let labels = try problem.labels()
        let isLabel = try Tensor.range(3).reshaped([1, 3, 1, 1]).equal(labels.unsqueezed(1)).to(.float64)
        let loss = try row.loss(classes: 3)
        #expect(try loss.value(isLabel * -1000, labels) > 100)
    }

    /// Even scores: every pixel ties with every other.
    @Test(arguments: LossRow.every)
    func tiesDoNotDependOnTheOrderOfPixels(row: LossRow) throws {
        let problem = LossProblem(shape: [1, 3, 4, 5])
        let loss = try row.loss(classes: 3)
        let (value, gradient) = try loss.valueAndGradient(.zeros(problem.shape, dtype: .float64), problem.labels())
        #expect(try gradient.isFinite().min().itemAsInt() == 1)
        let flipped = try loss.value(.zeros(problem.shape, dtype: .float64), problem.labels().flipped([1, 2]))
        #expect(abs(flipped - value) < 1e-14)
    }

    // MARK: Misuse

    @Test(arguments: LossRow.every)
    func inputsMustFit(row: LossRow) throws {
        let loss = try row.loss(classes: 3)
        let rows: [(Tensor, Tensor, String)] = try [
            (
                .zeros([2, 3, 4]), .zeros([2, 5], dtype: .int64),
                "logits of shape [2, 3, 4] and labels of shape [2, 5] do not fit: expected [B, C, …] and [B, …]"
            ),
            (.zeros([1, 3, 2]), .zeros([1, 2]), "labels must be whole numbers (int64 or uint8), found float32"),
            (
                .zeros([1, 3, 2], dtype: .int64), .zeros([1, 2], dtype: .int64),
                "logits must be floating-point numbers, found int64; are logits and labels exchanged?"
            ),
            (
                .zeros([1, 1, 2]), .zeros([1, 2], dtype: .int64),
                "the logits have 1 class: expected two or more, the background among them"
            ),
            (
                .zeros([1, 3, 2]), Tensor([1, 3] as [Int64], shape: [1, 2]),
                "1 labels lie outside the classes 0 to 2, first 3 at [0, 1]; map or ignore them"
            ),
        ]
        for (logits, labels, expected) in rows {
            #expect(messageThrown { _ = try loss(logits: logits, labels: labels) } == expected)
        }
    }

    @Test(
        arguments: LossRow.every,
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

    @Test(arguments: LossRow.every, DType.allCases.filter { $0.isFloatingPoint || $0 == .bool })
    func labelsMustBeWholeNumbers(row: LossRow, dtype: DType) throws {
        let loss = try row.loss(classes: 3)
        let message = messageThrown { _ = try loss(logits: .zeros([1, 3, 2]), labels: .zeros([1, 2], dtype: dtype)) }
        #expect(message == "labels must be whole numbers (int64 or uint8), found \(dtype)")
    }

    @Test(
        arguments: LossRow.every,
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

extension LossProblem {
    fileprivate var hasAllClasses: Bool {
        Set(labelValues).subtracting(ignoreLabel.map { [Int64($0)] } ?? []).count == classCount
    }
}
