import MarginCalibration
import Synchronization
import Torch

/// Whether they can be trusted.
extension DeviceObjectiveKernels {
    private static let found = Mutex<[Device: String?]>([:])

    /// Why a device does without them; nil where it has them, and for the CPU.
    public static func reason(on device: Device) -> String? {
        guard case .cuda = device else { return nil }
        if let known = found.withLock({ $0[device] }) { return known }
        let reason: String?
        do {
            let worst = try largestError(of: DeviceObjectiveKernels(), on: device)
            reason = worst < 1e-4 ? nil : "they differ from libtorch's operations by \(worst)"
        } catch {
            reason = "\(error)"
        }
        found.withLock { $0[device] = .some(reason) }
        return reason
    }

    /// Those of a device; nil for none, and where a small batch gave other numbers than libtorch's operations.
    static func checked(on device: Device) -> DeviceObjectiveKernels? {
        guard case .cuda = device, reason(on: device) == nil else { return nil }
        return DeviceObjectiveKernels()
    }

    /// The largest difference of value or gradient from those of libtorch's operations, on a small batch.
    static func largestError(of kernels: some ObjectiveKernels, on device: Device) throws -> Double {
        try withoutInference {
            let (classes, size) = (3, [19, 23])
            let generator = try Generator(seed: 1)
            let host = try Tensor.empty([2, classes] + size)
            try host.normalInPlace(mean: 0, deviation: 3, generator)
            let numbers = (0..<2 * 19 * 23).map { UInt8($0 % 7 == 0 ? 255 : $0 % 5 % classes) }
            let counts = (0..<2).map { image in
                (0..<classes).map { k in numbers[image * 19 * 23..<(image + 1) * 19 * 23].count { $0 == UInt8(k) } }
            }
            let targets = Targets(try Tensor(numbers, shape: [2] + size).to(device: device), counts: counts)
            let offsets = try MarginOffsets(rho0k: [0, 0.5, 1], rhoK0: [0, 0.1, 0.2])
            let loss = WeightedSumLoss([
                .init(weight: 1, loss: CrossEntropyLoss(ignoreLabel: 255)),
                .init(weight: 0.5, loss: FocalLoss(gamma: 2, ignoreLabel: 255)),
                .init(weight: 1, loss: MarginCalibrationLoss(offsets: offsets, ignoreLabel: 255)),
                .init(weight: 2, loss: DiceLoss(ignoreLabel: 255)),
            ])
            func result(_ value: (Tensor) throws -> Tensor?) throws -> [Tensor] {
                let logits = try host.to(device: device).clone()
                try logits.setRequiresGradient()
                guard let value = try value(logits) else { return [] }
                try value.backward()
                return [value, logits.gradient].compactMap(\.self)
            }
            let composed = try result { try loss.composed(logits: $0, targets: targets) }
            let own = try result { logits in
                let batch = try DeviceKernelBatch(logits: logits, targets: targets, ignoreLabel: 255, kernels: kernels)
                return try batch.map { batch in
                    try batch.loss(
                        loss.terms.compactMap { term in
                            try (term.loss as? any BatchLoss)?.takenTerm(in: batch).map { (term.weight, $0) }
                        })
                }
            }
            guard own.count == 2 else { return .infinity }
            return try zip(composed, own).reduce(0) { try max($0, ($1.0 - $1.1).abs().max().item()) }
        }
    }
}
