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
    private let known: KnownLabels
    /// Of another batch's labels, in place of those of `known`.
    private let numbers: Tensor?
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
                ?? (counts.joined().reduce(0, +) == labels.count),
            let known = KnownLabels(counts)
        else { return nil }
        let isPlain = logits.isContiguous()
        isChannelsLast = !isPlain && shape.count > 3 && logits.isContiguous(shape.count == 5 ? .channelsLast3D : .channelsLast)
        self.logits = isPlain || isChannelsLast ? logits : try logits.contiguous()
        self.labels = try labels.contiguous()
        (self.ignoreLabel, self.kernels, numbers) = (ignoreLabel, kernels, targets.numbers)
        self.known = known
    }

    var classCount: Int { known.classCount }
    var pixelCount: Int { known.pixelCount }

    func weight(of classes: [Float]) -> Double { known.weight(of: classes) }

    func takes(_ term: FusedTerm) -> Bool { known.takes(term) }

    func loss(_ terms: [WeightedTerm]) throws -> Tensor {
        let lists = terms.map { known.numbers(of: $0.term, weight: $0.weight) }
        let count = lists.reduce(0) { $0 + $1.count }
        let all = try numbers ?? Tensor(uploading: lists.flatMap { $0 }, shape: [count], to: logits.device)
        precondition(all.shape == [count], "numbers of the same terms")
        var start = 0
        let numbered = try zip(terms, lists).map { term, list in
            defer { start += list.count }
            return (weight: term.weight, term: term.term, numbers: try all.narrowed(0, start..<start + list.count))
        }
        var values: [Tensor] = []
        let overlaps = numbered.compactMap { weight, term, numbers in
            if case .overlap(let loss) = term { (weight, loss, numbers) } else { nil }
        }
        if !overlaps.isEmpty { values += try self.overlaps(overlaps) }
        // As many at a time as a kernel takes.
        let pixelwise = numbered.compactMap { Self.deviceTerm($1, $2) }
        for start in stride(from: 0, to: pixelwise.count, by: Int(CK_DEVICE_TERMS)) {
            values.append(try self.pixelwise(Array(pixelwise[start..<min(start + Int(CK_DEVICE_TERMS), pixelwise.count)])))
        }
        return values.dropFirst().reduce(values[0], +)
    }

    // MARK: Pixels that stand each alone

    /// A term, with the tensor that holds what it points to.
    private typealias HeldTerm = (term: ck_device_term, numbers: Tensor)

    private static func deviceTerm(_ term: FusedTerm, _ numbers: Tensor) -> HeldTerm? {
        var made = ck_device_term()
        switch term {
        case .margin(_, _, let isNatural, let ownWeight, _):
            (made.kind, made.mode, made.number) = (0, isNatural ? 1 : 0, ownWeight)
        case .crossEntropy(let weights, let margins, let shifts, let sharpness, _):
            (made.kind, made.mode, made.number) = (1, weights != nil ? 1 : margins != nil ? 2 : shifts != nil ? 3 : 0, sharpness)
        case .focal(let gamma, let isDetached, _): (made.kind, made.mode, made.number) = (2, isDetached ? 1 : 0, gamma)
        case .overlap, .bound, .lovasz: return nil
        }
        return (made, numbers)
    }

    private func pixelwise(_ terms: [HeldTerm]) throws -> Tensor {
        let gradient = logits.requiresGradient && isRecordingGradient ? try emptyGradient() : nil
        let value = try Tensor.withDeviceAddresses(of: terms.map(\.numbers)) { addresses in
            var placed = terms.map(\.term)
            for (index, address) in addresses.enumerated() {
                placed[index].numbers = UnsafePointer(address?.assumingMemoryBound(to: Float.self))
            }
            return try withBatch(gradient) { try kernels.value(of: placed, $0, classes: classCount, on: logits.device) }
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
    private func overlaps(_ losses: [(weight: Double, loss: any OverlapRatio, numbers: Tensor)]) throws -> [Tensor] {
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
        return try losses.map { weight, loss, numbers in
            func rows(_ images: Tensor) throws -> Tensor { try loss.perImage ? images : images.sum([0], keepingAxes: true) }
            let told = try numbers.reshaped([2, loss.perImage ? logits.shape[0] : 1, classCount])
            let labelled = try told.selected(0, 0)
            let value = try loss.value(
                of: OverlapSums(
                    common: rows(sums.selected(2, 0)), predicted: rows(sums.selected(2, 1)), labelled: labelled,
                    squared: labelled * 0, noise: labelled * 0), weights: told.selected(0, 1))
            return weight == 1 ? value : value * weight
        }
    }
}
