import CKernels
import Foundation
import KernelsOnHost
import MarginCalibration
import TestSupport
import Testing
import Torch
import TorchTestSupport

@testable import SegLosses

/// The kernels of CUDA devices: their arithmetic, compiled for the host as it is for a device, against the composed losses in double
/// precision; and their source, compiled for devices where NVIDIA's compiler is at hand.
struct DeviceKernelTests {
    /// The host in place of a device.
    private struct HostKernels: ObjectiveKernels {
        func value(of terms: [ck_device_term], _ batch: ck_device_batch, classes: Int, on device: Device) throws -> Tensor {
            var (arguments, value) = (ck_device_terms(batch, terms), 0.0)
            #expect(ck_terms_as_device(&arguments, Int32(classes), &value))
            return try .scalar(value)
        }

        func overlapSums(_ batch: ck_device_batch, classes: Int, on device: Device) throws -> Tensor {
            var arguments = ck_device_overlap(batch: batch, slopes: nil)
            let sums = try Tensor.full([Int(batch.images), classes, 2], .nan)
            sums.withUnsafeMutableAddress {
                #expect(ck_overlap_sums_as_device(&arguments, Int32(classes), $0.assumingMemoryBound(to: Float.self)))
            }
            return sums
        }

        func overlapGradient(_ overlap: ck_device_overlap, classes: Int, on device: Device) throws {
            var arguments = overlap
            #expect(ck_overlap_gradient_as_device(&arguments, Int32(classes)))
        }
    }

    private static let expressions = [
        "cross_entropy", "cross_entropy(weights=[1,3,0.5])", "focal(gamma=2)", "focal(gamma=0.5)", "focal(gamma=2,detached=true)",
        "ldam(max=0.5,scale=30)", "logit_adjusted(tau=1)", "margin(form=paper,sum=1)", "margin(form=authors,tau=10,nu=1)",
        "margin(form=paper,sum=0,positive=3)", "dice(form=soft)", "dice(form=generalized_safe)", "dice(background=false)",
        "tversky(fp=0.3,fn=0.7,gamma=0.75)", "jaccard(per_image=true)", "jaccard(per_image=false)",
        "margin(form=authors,sum=1)+0.5*dice(form=soft)+2*cross_entropy+jaccard(per_image=true)",
    ]

    /// Of two images of 35 pixels.
    private static func labels(ignored: Int?) -> [UInt8] {
        (0..<70).map { place in
            if let ignored, place % 9 == 0 { return UInt8(ignored) }
            return UInt8(place * place % 11 % 3)
        }
    }

    @Test(arguments: expressions, [MemoryFormat.contiguous, .channelsLast])
    func valueAndGradientAreTheComposedOnes(_ expression: String, _ format: MemoryFormat) throws {
        for (labelType, ignored) in [(DType.uint8, 255), (.int64, 255), (.uint8, nil)] as [(DType, Int?)] {
            let loss = try LossExpression(expression).makeLoss(
                LossContext(classCount: 3, distribution: LabelDistribution(counts: [900, 70, 30]), ignoreLabel: ignored))
            let numbers = Self.labels(ignored: ignored)
            let counts = [numbers[..<35], numbers[35...]].map { image in
                (0..<3).map { k in image.reduce(0) { $0 + (Int($1) == k ? 1 : 0) } }
            }
            let targets = Targets(try Tensor(numbers, shape: [2, 5, 7]).to(labelType), counts: counts)
            let single = try Tensor.random([2, 3, 5, 7], seed: 3, dtype: .float32) * 4
            let logits = try single.contiguous(format).clone()
            try logits.setRequiresGradient()
            let batch = try #require(
                try DeviceKernelBatch(logits: logits, targets: targets, ignoreLabel: ignored, kernels: HostKernels()))
            let terms = ((loss as? WeightedSumLoss)?.terms ?? [.init(weight: 1, loss: loss)])
            let value = try batch.loss(
                terms.map { term in
                    let loss = try #require(term.loss as? any BatchLoss)
                    return (term.weight, try #require(try loss.takenTerm(in: batch)))
                })
            try (value * 3).backward()

            let wide = try single.to(.float64).clone()
            try wide.setRequiresGradient()
            let expected = try loss.composed(logits: wide, targets: targets)
            try (expected * 3).backward()
            #expect(try abs(value.item() - expected.item()) <= 2e-6 * max(1, abs(expected.item())), "\(labelType)")
            let gradients = try (#require(logits.gradient), #require(wide.gradient))
            #expect(gradients.0.isContiguous(format))
            #expect(try gradients.0.largestDifference(to: gradients.1) <= 2e-6 * max(1, gradients.1.abs().max().item()))
        }
    }

    /// What a device repeats as it recorded it: the calls were made for other labels, whose numbers are gone; nothing is asked or sent.
    @Test(arguments: expressions)
    func numbersStandInForLabels(_ expression: String) throws {
        let loss = try LossExpression(expression).makeLoss(
            LossContext(classCount: 3, distribution: LabelDistribution(counts: [900, 70, 30]), ignoreLabel: 255))
        let terms = (loss as? WeightedSumLoss)?.terms ?? [.init(weight: 1, loss: loss)]
        let labels = Self.labels(ignored: 255)
        let counts = [labels[..<35], labels[35...]].map { image in
            (0..<3).map { k in image.reduce(0) { $0 + (Int($1) == k ? 1 : 0) } }
        }
        let numbers = try #require(try loss.deviceNumbers(counts))
        let kept = try Tensor(labels, shape: [2, 5, 7])
        let told = Targets(kept, counts: [[30, 2, 0], [1, 1, 1]], numbers: try Tensor(numbers))
        let logits = try Tensor.random([2, 3, 5, 7], seed: 3, dtype: .float32) * 4
        func result(_ targets: Targets) throws -> [Float] {
            let logits = try logits.clone()
            try logits.setRequiresGradient()
            let batch = try #require(
                try DeviceKernelBatch(logits: logits, targets: targets, ignoreLabel: 255, kernels: HostKernels()))
            let value = try batch.loss(
                terms.map { term in (term.weight, try #require(try (term.loss as? any BatchLoss)?.takenTerm(in: batch))) })
            try value.backward()
            return try [[value.to(.float32)], [#require(logits.gradient)]].flatMap { try $0.flatMap { try $0.elements() } }
        }
        let expected = try result(Targets(kept, counts: counts))
        var found: [Float] = []
        #expect(try Transfers.counted { found = try result(told) }.uploads == 0)
        #expect(found == expected)
        // Kernels alone take them.
        #expect(throws: LossInputError(.numbersWithoutKernels)) { try loss.composed(logits: logits, targets: told) }
    }

    /// Objectives that libtorch's operations compute, even in part, and labels without a pixel that counts have no such numbers.
    @Test func whatIsNotOfKernelsAloneHasNoNumbers() throws {
        func numbers(_ expression: String, _ counts: [[Int]]) throws -> [Float]? {
            try LossExpression(expression).makeLoss(
                LossContext(classCount: 3, distribution: LabelDistribution(counts: [9, 5, 2]), ignoreLabel: 255)
            ).deviceNumbers(counts)
        }
        for expression in ["lovasz", "cross_entropy + lovasz", "margin(form=bound,sum=1)", "nr_dice(gamma=1.5)"] {
            #expect(try numbers(expression, [[4, 4, 1]]) == nil, "\(expression)")
        }
        #expect(try numbers("cross_entropy", [[4, 4, 0], [0, 8, 0]]) == [1.0 / 16])
        #expect(try numbers("0.5 * cross_entropy + 2 * focal", [[4, 4, 0], [0, 8, 0]]) == [0.5 / 16, 2.0 / 16])
        #expect(try numbers("cross_entropy", [[0, 0, 0]]) == nil)
        #expect(try numbers("cross_entropy", []) == nil)
    }

    /// Kernels whose values are other than they should be by a factor.
    private struct WrongKernels: ObjectiveKernels {
        let factor: Double

        func value(of terms: [ck_device_term], _ batch: ck_device_batch, classes: Int, on device: Device) throws -> Tensor {
            try HostKernels().value(of: terms, batch, classes: classes, on: device) * factor
        }

        func overlapSums(_ batch: ck_device_batch, classes: Int, on device: Device) throws -> Tensor {
            try HostKernels().overlapSums(batch, classes: classes, on: device)
        }

        func overlapGradient(_ overlap: ck_device_overlap, classes: Int, on device: Device) throws {
            try HostKernels().overlapGradient(overlap, classes: classes, on: device)
        }
    }

    /// What a device's kernels are held against when they are first wanted.
    @Test(arguments: [2, 3, 8]) func theyAreCheckedBeforeTheyAreUsed(classes: Int) throws {
        func error(_ kernels: some ObjectiveKernels) throws -> Double {
            try DeviceObjectiveKernels.largestError(of: kernels, on: .cpu, classes: classes)
        }
        #expect(try error(HostKernels()) < 1e-4)
        #expect(try error(WrongKernels(factor: 1.01)) > 1e-3)
        #expect(try error(WrongKernels(factor: .nan)) == .infinity)
        #expect(DeviceObjectiveKernels.reason(on: .cpu, classes: classes) == nil)
        #expect(DeviceObjectiveKernels.checked(on: .cpu, classes: classes) == nil)
    }

    /// Labels that only the device knows, classes that may be ignored, and what has no kernel are left to libtorch.
    @Test func whatTheyDoNotTakeIsLeft() throws {
        let logits = try Tensor.random([1, 3, 4, 4], seed: 1, dtype: .float32)
        let labels = try Tensor([UInt8](repeating: 1, count: 16), shape: [1, 4, 4])
        func batch(_ targets: Targets, _ logits: Tensor, ignoring: Int? = nil) throws -> DeviceKernelBatch? {
            try DeviceKernelBatch(logits: logits, targets: targets, ignoreLabel: ignoring, kernels: HostKernels())
        }
        let known = Targets(labels, counts: [[0, 16, 0]])
        #expect(try batch(Targets(labels), logits) == nil)
        #expect(try batch(known, logits, ignoring: 1) == nil)
        #expect(try batch(known, logits.to(.float64)) == nil)
        #expect(try batch(Targets(labels, counts: [[0, 15, 0]]), logits) == nil)
        let taken = try #require(try batch(known, logits))
        for expression in ["lovasz(per_image=true)", "margin(form=bound,sum=1)", "nr_dice(gamma=1.5)"] {
            let loss = try LossExpression(expression).makeLoss(
                LossContext(classCount: 3, distribution: LabelDistribution(counts: [9, 5, 2]), ignoreLabel: nil))
            #expect(try (loss as? any BatchLoss)?.takenTerm(in: taken) == nil, "\(expression)")
        }
    }

    /// NVIDIA's compiler, which needs no device.
    private static let compiler: String? = {
        let find =
            "import nvidia, pathlib; print(next(p for f in nvidia.__path__ for p in pathlib.Path(f).rglob('libnvrtc.so.*')))"
        guard let found = try? PeerPython.run(["-c", find]), found.status == 0 else { return nil }
        return String(decoding: found.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    @Test(.enabled(if: compiler != nil, "no NVRTC: run Scripts/peers"))
    func theSourceCompilesForDevices() throws {
        let kernels = DeviceKernels(source: ck_device_source())
        for architecture in ["sm_80", "sm_90", "sm_100"] {
            for classes in [2, 3, 5, 20] {
                #expect(
                    try kernels.compile(classes: classes, for: architecture, by: Self.compiler) > 1000,
                    "\(architecture), \(classes)")
            }
        }
        #expect(throws: TorchError.self) { try kernels.compile(classes: 2, for: "sm_1", by: Self.compiler) }
    }
}
