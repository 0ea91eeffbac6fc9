import CKernels
import Torch

/// On a CUDA device: margin calibration, cross-entropy and focal in one pass over the logits, losses of overlap in two, by kernels of our
/// own that are compiled for the device when they are first used. No value leaves it.
struct DeviceKernelBatch: FusedBatch {
    /// [B, C, …], float32.
    private let logits: Tensor
    /// [B, …], uint8 or int64.
    private let labels: Tensor
    private let ignoreLabel: Int?
    /// Of each class in each image.
    private let classCounts: [[Int]]
    private let kernels: any ObjectiveKernels
    private let isChannelsLast: Bool

    /// Nil where libtorch's operations must serve.
    init?(logits: Tensor, targets: Targets, ignoreLabel: Int?, kernels: any ObjectiveKernels) throws {
        let (shape, labels) = (logits.shape, targets.labels)
        guard logits.dtype == .float32, shape.count >= 3, logits.count > 0, [.uint8, .int64].contains(labels.dtype),
            labels.device == logits.device, labels.shape == [shape[0]] + shape.dropFirst(2),
            (2...Int(CK_MAX_CLASSES)).contains(shape[1]),
            // What labels are there has to be known without asking the device, and what is no class has to be ignored.
            let counts = targets.counts, counts.allSatisfy({ $0.count == shape[1] }),
            ignoreLabel.map({ $0 >= shape[1] && (labels.dtype == .int64 || $0 <= UInt8.max) })
                ?? (counts.joined().reduce(0, +) == labels.count)
        else { return nil }
        let isPlain = logits.isContiguous()
        isChannelsLast = !isPlain && shape.count > 3 && logits.isContiguous(shape.count == 5 ? .channelsLast3D : .channelsLast)
        self.logits = isPlain || isChannelsLast ? logits : try logits.contiguous()
        self.labels = try labels.contiguous()
        (self.ignoreLabel, classCounts, self.kernels) = (ignoreLabel, counts, kernels)
    }

    var classCount: Int { logits.shape[1] }
    var pixelCount: Int { classCounts.joined().reduce(0, +) }

    func weight(of classes: [Float]) -> Double {
        classCounts.reduce(0) { sum, image in zip(image, classes).reduce(sum) { $0 + Double($1.0) * Double($1.1) } }
    }

    func takes(_ term: FusedTerm) -> Bool {
        switch term {
        case .margin, .crossEntropy, .focal: true
        case .overlap(let loss): loss.noise == 0
        case .bound, .lovasz: false
        }
    }

    func loss(_ terms: [(weight: Double, term: FusedTerm)]) throws -> Tensor {
        var values: [Tensor] = []
        let overlaps = terms.compactMap { weight, term in if case .overlap(let loss) = term { (weight, loss) } else { nil } }
        if !overlaps.isEmpty { values += try self.overlaps(overlaps) }
        // As many at a time as a kernel takes.
        let pixelwise = try terms.compactMap { try deviceTerm($1, weight: $0) }
        for start in stride(from: 0, to: pixelwise.count, by: Int(CK_DEVICE_TERMS)) {
            values.append(try self.pixelwise(Array(pixelwise[start..<min(start + Int(CK_DEVICE_TERMS), pixelwise.count)])))
        }
        return values.dropFirst().reduce(values[0], +)
    }

    // MARK: Pixels that stand each alone

    /// A term, with the tensors that hold what it points to.
    private typealias HeldTerm = (term: ck_device_term, constants: [Tensor?])

    private func deviceTerm(_ term: FusedTerm, weight: Double) throws -> HeldTerm? {
        func constant(_ values: [Float]) throws -> Tensor {
            try ClassConstants.tensor(values.map(Double.init), dtype: .float32, device: logits.device)
        }
        var made = ck_device_term()
        switch term {
        case .margin(let rhoK0, let rho0k, let isNatural, let ownWeight, let scale):
            (made.kind, made.mode, made.number) = (0, isNatural ? 1 : 0, ownWeight)
            made.scale = Float(weight * scale)
            return (made, [try constant(rhoK0), try constant(rho0k)])
        case .crossEntropy(let weights, let margins, let shifts, let sharpness, let scale):
            (made.kind, made.mode, made.number) = (1, weights != nil ? 1 : margins != nil ? 2 : shifts != nil ? 3 : 0, sharpness)
            made.scale = Float(weight * scale)
            return (made, [try (weights ?? margins ?? shifts).map(constant), nil])
        case .focal(let gamma, let isDetached, let scale):
            (made.kind, made.mode, made.number) = (2, isDetached ? 1 : 0, gamma)
            made.scale = Float(weight * scale)
            return (made, [nil, nil])
        case .overlap, .bound, .lovasz: return nil
        }
    }

    private func pixelwise(_ terms: [HeldTerm]) throws -> Tensor {
        let gradient = logits.requiresGradient && isRecordingGradient ? try emptyGradient() : nil
        let value = try Tensor.withDeviceAddresses(of: terms.flatMap(\.constants)) { addresses in
            var numbered = terms.map(\.term)
            for index in numbered.indices {
                numbered[index].a = UnsafePointer(addresses[2 * index]?.assumingMemoryBound(to: Float.self))
                numbered[index].b = UnsafePointer(addresses[2 * index + 1]?.assumingMemoryBound(to: Float.self))
            }
            return try withBatch(gradient) { try kernels.value(of: numbered, $0, classes: classCount, on: logits.device) }
        }
        guard let gradient else { return value }
        return try .withKnownGradient(value: value, input: logits, gradient: gradient)
    }

    private func withBatch<Result>(_ gradient: Tensor?, _ body: (ck_device_batch) throws -> Result) throws -> Result {
        let (images, pixels) = (logits.shape[0], logits.shape.dropFirst(2).reduce(1, *))
        return try Tensor.withDeviceAddresses(of: [logits, gradient, labels]) { addresses in
            try body(
                ck_device_batch(
                    logits: UnsafePointer(addresses[0]?.assumingMemoryBound(to: Float.self)),
                    gradient: addresses[1]?.assumingMemoryBound(to: Float.self), labels: UnsafeRawPointer(addresses[2]),
                    image_stride: Int64(classCount * pixels), class_stride: Int64(isChannelsLast ? 1 : pixels),
                    pixel_stride: Int64(isChannelsLast ? classCount : 1), images: Int64(images), pixels: Int64(pixels),
                    ignored: Int64(ignoreLabel ?? -1), wide: labels.dtype == .int64 ? 1 : 0))
        }
    }

    /// Memory of the logits' shape and layout.
    private func emptyGradient() throws -> Tensor {
        let shape = logits.shape
        guard isChannelsLast else { return try .empty(shape, device: logits.device) }
        let stored = try Tensor.empty([shape[0]] + shape.dropFirst(2) + [shape[1]], device: logits.device)
        return try stored.permuted([0, shape.count - 1] + (1..<shape.count - 1))
    }

    // MARK: Overlap

    /// All from the same sums, through which their gradients meet.
    private func overlaps(_ losses: [(weight: Double, loss: any OverlapLoss)]) throws -> [Tensor] {
        let device = logits.device
        let plain = try withBatch(nil) { try kernels.overlapSums($0, classes: classCount, on: device) }
        let sums = try plain.withBackward(inputs: [logits]) { [self] slopes in
            let (slopes, gradient) = (try slopes.contiguous(), try emptyGradient())
            try Tensor.withDeviceAddresses(of: [slopes]) { addresses in
                try withBatch(gradient) {
                    let overlap = ck_device_overlap(
                        batch: $0, slopes: UnsafePointer(addresses[0]?.assumingMemoryBound(to: Float.self)))
                    try kernels.overlapGradient(overlap, classes: classCount, on: device)
                }
            }
            return [gradient]
        }
        let labelled = try Tensor(
            uploading: classCounts.joined().map(Float.init), shape: [classCounts.count, classCount], to: device)
        return try losses.map { weight, loss in
            func rows(_ images: Tensor) throws -> Tensor { try loss.perImage ? images : images.sum([0], keepingAxes: true) }
            let own = try rows(labelled)
            let value = try loss.value(
                of: OverlapSums(
                    common: rows(sums.selected(2, 0)), predicted: rows(sums.selected(2, 1)), labelled: own, squared: own * 0,
                    noise: own * 0), classCounts: classCounts)
            return weight == 1 ? value : value * weight
        }
    }
}
