import MarginCalibration
import Synchronization
import Torch

/// Whether they can be trusted.
extension DeviceObjectiveKernels {
    private struct Subject: Hashable {
        let device: Device
        let classes: Int
    }

    private static let found = Mutex<[Subject: String?]>([:])

    /// Why a device does without them for so many classes; nil where it has them, and for the CPU.
    public static func reason(on device: Device, classes: Int) -> String? {
        guard case .cuda = device else { return nil }
        let subject = Subject(device: device, classes: classes)
        if let known = found.withLock({ $0[subject] }) { return known }
        let reason: String?
        // What they are held against has no deterministic form on a GPU.
        let isDeterministic = TorchLibrary.isDeterministic
        TorchLibrary.isDeterministic = false
        defer { TorchLibrary.isDeterministic = isDeterministic }
        do {
            // So few blocks that a thread has several pixels.
            let worst = try largestError(of: DeviceObjectiveKernels(mostBlocks: 2), on: device, classes: classes)
            reason = worst < 1e-4 ? nil : "they differ from libtorch's operations by \(worst)"
        } catch {
            reason = "\(error)"
        }
        found.withLock { $0[subject] = .some(reason) }
        return reason
    }

    /// Those of a device; nil for none, and where small batches gave other numbers than libtorch's operations.
    static func checked(on device: Device, classes: Int) -> DeviceObjectiveKernels? {
        guard case .cuda = device, reason(on: device, classes: classes) == nil else { return nil }
        return DeviceObjectiveKernels()
    }

    /// The largest difference of value or gradient from those of libtorch's operations, on small batches of either layout; infinite
    /// where a number is not finite.
    static func largestError(of kernels: some ObjectiveKernels, on device: Device, classes: Int) throws -> Double {
        try withoutInference {
            let (images, size) = (2, [19, 83])
            let pixels = size.reduce(1, *)
            let numbers = (0..<images * pixels).map { UInt8($0 % 7 == 0 ? 255 : $0 % 59 % classes) }
            let counts = (0..<images).map { image in
                var counts = [Int](repeating: 0, count: classes)
                for label in numbers[image * pixels..<(image + 1) * pixels] where label != 255 { counts[Int(label)] += 1 }
                return counts
            }
            let targets = Targets(try Tensor(numbers, shape: [images] + size).to(device: device), counts: counts)
            let rising = (0..<classes).map { Double($0) / Double(classes) }
            let loss = WeightedSumLoss([
                .init(weight: 1, loss: CrossEntropyLoss(ignoreLabel: 255)),
                .init(weight: 0.5, loss: FocalLoss(gamma: 2, ignoreLabel: 255)),
                .init(
                    weight: 1,
                    loss: MarginCalibrationLoss(
                        offsets: try MarginOffsets(rho0k: rising, rhoK0: rising.map { $0 / 4 }), ignoreLabel: 255)),
                .init(weight: 2, loss: DiceLoss(ignoreLabel: 255)),
            ])
            let host = try Tensor.empty([images, classes] + size)
            try host.normalInPlace(mean: 0, deviation: 3, Generator(seed: 1))
            return try [MemoryFormat.contiguous, .channelsLast].reduce(0) { worst, format in
                func result(_ value: (Tensor) throws -> Tensor?) throws -> [Tensor] {
                    let logits = try host.contiguous(format).to(device: device).clone()
                    try logits.setRequiresGradient()
                    guard let value = try value(logits) else { return [] }
                    try value.backward()
                    return [value, logits.gradient].compactMap(\.self)
                }
                let composed = try result { try loss.composed(logits: $0, targets: targets) }
                let own = try result { logits in
                    try DeviceKernelBatch(logits: logits, targets: targets, ignoreLabel: 255, kernels: kernels).map { batch in
                        try batch.loss(
                            loss.terms.compactMap { term in
                                try (term.loss as? any BatchLoss)?.takenTerm(in: batch).map { (term.weight, $0) }
                            })
                    }
                }
                guard own.count == 2 else { return .infinity }
                return try zip(composed, own).reduce(worst) { worst, pair in
                    let difference = try (pair.0 - pair.1).abs().max().item()
                    // Not `max` alone, which hides NaN.
                    return difference.isFinite ? max(worst, difference) : .infinity
                }
            }
        }
    }
}
