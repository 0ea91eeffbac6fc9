import CKernels
import Torch

/// On the CPU: one pass over the logits, two where losses of overlap are among them, that hold nothing large beside the gradient.
struct HostBatch: FusedBatch {
    private let batch: KernelBatch
    let pixelCount: Int

    var classCount: Int { batch.classCount }

    /// Nil where the composed form must serve, be it to refuse labels with an exact message.
    init?(logits: Tensor, labels: Tensor, ignoreLabel: Int?) throws {
        guard let batch = try KernelBatch(logits: logits, labels: labels, ignoreLabel: ignoreLabel) else { return nil }
        let count = try Self.count(batch, weights: nil)
        guard count.outside == 0 else { return nil }
        self.batch = batch
        pixelCount = Int(count.counted)
    }

    func weight(of classes: [Float]) throws -> Double { try Self.count(batch, weights: classes).weight }

    private static func count(_ batch: KernelBatch, weights: [Float]?) throws -> ck_label_count {
        var count = ck_label_count()
        try batch.run { ck_count_labels($0, weights, &count) }
        return count
    }

    func takes(_ term: FusedTerm) -> Bool {
        guard case .lovasz(let perImage) = term else { return true }
        // The places of all pixels that are sorted together fit the sort's 31 bits.
        return (perImage ? batch.pixelCount : batch.pixelCount * batch.imageCount) <= Int(Int32.max)
    }

    func loss(_ terms: [WeightedTerm]) throws -> Tensor {
        let gradient = batch.logits.requiresGradient && isRecordingGradient ? try batch.emptyGradient() : nil
        let memory = TermMemory()
        var (value, kernelTerms) = try sorted(terms, gradient, memory)
        let (overlapValue, overlapTerms) = try overlaps(terms, kernelTerms.isEmpty ? gradient : nil, memory)
        value += overlapValue
        let (boundValue, boundTerms) = try bounds(terms, isWanted: gradient != nil, memory)
        value += boundValue
        // Their values are known.
        kernelTerms = gradient == nil ? [] : kernelTerms + overlapTerms + boundTerms
        kernelTerms += terms.compactMap { weight, term in Self.pixelwise(term, weight: weight, memory) }
        if !kernelTerms.isEmpty {
            var sum = 0.0
            try batch.run(gradient: gradient) { ck_terms($0, kernelTerms, Int64(kernelTerms.count), &sum) }
            value += sum
        }
        return try withExtendedLifetime(memory) {
            guard let gradient else { return try .scalar(value) }
            return try .withKnownGradient(value: .scalar(value), input: batch.logits, gradient: gradient)
        }
    }

    private static func pixelwise(_ term: FusedTerm, weight: Double, _ memory: TermMemory) -> ck_term? {
        var result = ck_term()
        switch term {
        case .margin(let rhoK0, let rho0k, let isNatural, let ownWeight, let scale):
            result.kind = CK_MARGIN
            result.margin = ck_margin_term(
                rho_k0: memory.keep(rhoK0), rho_0k: memory.keep(rho0k), natural: isNatural, own: ownWeight)
            result.scale = weight * scale
        case .crossEntropy(let weights, let margins, let shifts, let sharpness, let scale):
            result.kind = CK_CROSS_ENTROPY
            result.cross_entropy = ck_cross_entropy_term(
                weights: weights.map(memory.keep), margins: margins.map(memory.keep), shifts: shifts.map(memory.keep),
                sharpness: sharpness)
            result.scale = weight * scale
        case .focal(let gamma, let isDetached, let scale):
            result.kind = CK_FOCAL
            result.focal = ck_focal_term(gamma: gamma, detached: isDetached)
            result.scale = weight * scale
        case .overlap, .bound, .lovasz: return nil
        }
        return result
    }

    /// The losses of overlap: one pass sums for all of them, or one for each γ of the noise; their slopes add up. A single pass
    /// keeps the softmax where the gradient goes.
    ///
    /// - Parameter gradient: where nothing lies yet.
    private func overlaps(
        _ terms: [WeightedTerm], _ gradient: Tensor?, _ memory: TermMemory
    ) throws -> (value: Double, terms: [ck_term]) {
        let losses = terms.compactMap { weight, term in
            if case .overlap(let loss) = term { (weight: weight, loss: loss) } else { nil }
        }
        // A pass with noise makes the plain sums too.
        let anyNoise = losses.map(\.loss.noise).max() ?? 0
        let groups = Dictionary(grouping: losses) { $0.loss.noise > 0 ? $0.loss.noise : anyNoise }
        let kept = groups.count == 1 && gradient?.dtype == .float32 ? gradient : nil
        var value = 0.0
        let made = try groups.sorted { $0.key < $1.key }.map { gamma, losses in
            var sums = [ck_overlap](repeating: ck_overlap(), count: batch.imageCount * classCount)
            try batch.run(gradient: kept) { ck_overlap_sums($0, Float(gamma), &sums) }
            let images = stride(from: 0, to: sums.count, by: classCount).map { Array(sums[$0..<$0 + classCount]) }
            var total = [SIMD4<Double>](repeating: .zero, count: sums.count)
            for (weight, loss) in losses {
                let sloped = loss.sloped(at: images)
                value += weight * sloped.value
                for (index, slopes) in sloped.slopes.joined().enumerated() { total[index] += weight * slopes }
            }
            var term = ck_term()
            term.kind = CK_OVERLAP
            let coefficients = total.map {
                let (common, predicted, squared, noise) = ($0[0], $0[1], $0[2], $0[3])
                return ck_overlap_gradient(
                    on_label: Float(common + predicted), off_label: Float(predicted), square: Float(squared), noise: Float(noise))
            }
            term.overlap = ck_overlap_term(
                coefficients: memory.keep(coefficients), noise_gamma: Float(gamma), softmax_is_kept: kept != nil)
            return term
        }
        return (value, made)
    }

    /// The bounds of margins: a pass for the sums of each, and what the loss makes of them.
    ///
    /// - Parameter isWanted: the gradient.
    private func bounds(
        _ terms: [WeightedTerm], isWanted: Bool, _ memory: TermMemory
    ) throws -> (value: Double, terms: [ck_term]) {
        var value = 0.0
        var made: [ck_term] = []
        for case (let weight, .bound(let rhoK0, let rho0k, let temperature, let bound)) in terms {
            let ramp = ck_bound_ramp(
                rho_k0: memory.keep(rhoK0), rho_0k: memory.keep(rho0k),
                temperature: Float(temperature))
            var sums = [ck_bound](repeating: ck_bound(), count: batch.imageCount * classCount)
            try batch.run { batch in withUnsafePointer(to: ramp) { ck_bound_sums(batch, $0, &sums) } }
            let images = try Tensor(
                sums.map(\.missed) + sums.map(\.falsely_taken) + sums.map(\.labelled), shape: [3, batch.imageCount, classCount])
            if isWanted { try images.setRequiresGradient() }
            let own = try bound(images, Array(batch.logits.shape.dropFirst(2)))
            value += weight * (try own.item())
            guard isWanted else { continue }
            try own.backward()
            let slopes: [Double] = try images.gradient!.elements()  // of a leaf that the value was computed from
            var term = ck_term()
            term.kind = CK_BOUND
            let costs = sums.indices.map {
                ck_bound_cost(
                    missed: Float(weight * slopes[$0] / temperature),
                    falsely_taken: Float(weight * slopes[$0 + sums.count] / temperature))
            }
            term.bound = ck_bound_term(ramp: ramp, costs: memory.keep(costs))
            made.append(term)
        }
        return (value, made)
    }

    /// The losses that sort. Their derivatives lie where the gradient goes if they can, for the first of them.
    private func sorted(
        _ terms: [WeightedTerm], _ gradient: Tensor?, _ memory: TermMemory
    ) throws -> (value: Double, terms: [ck_term]) {
        var value = 0.0
        var made: [ck_term] = []
        for case (let weight, .lovasz(let perImage)) in terms {
            var own = gradient
            if own == nil || !batch.gradientHoldsPlanes || !made.isEmpty { own = try Tensor.empty(batch.logits.shape) }
            let derivatives = memory.keep(own!)  // one of the two lines above set it
            var loss = 0.0
            try batch.run { ck_lovasz($0, perImage, weight, derivatives, &loss) }
            value += loss
            var term = ck_term()
            term.kind = CK_LOVASZ
            term.lovasz = ck_lovasz_term(derivatives: derivatives)
            made.append(term)
        }
        return (value, made)
    }
}

/// Keeps in place what the terms of a kernel point to.
private final class TermMemory {
    private var blocks: [UnsafeMutableRawPointer] = []
    private var tensors: [Tensor] = []

    deinit { blocks.forEach { $0.deallocate() } }

    func keep<Element>(_ values: [Element]) -> UnsafePointer<Element> {
        let block = UnsafeMutablePointer<Element>.allocate(capacity: values.count)
        block.initialize(from: values, count: values.count)
        blocks.append(UnsafeMutableRawPointer(block))
        return UnsafePointer(block)
    }

    /// - Precondition: float32.
    func keep(_ tensor: Tensor) -> UnsafeMutablePointer<Float> {
        tensors.append(tensor)
        return tensor.withUnsafeMutableAddress { $0.assumingMemoryBound(to: Float.self) }
    }
}
