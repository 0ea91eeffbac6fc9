import CKernels
import Torch

/// How often each class has the largest score where each class is true, image by image.
///
/// Of equal scores the first is the largest, and NaN is above every number, as libtorch's `argmax` has it. On the CPU one pass
/// over the logits serves; nothing is stored between.
public struct BatchConfusion: Sendable, Hashable {
    /// For each image a row for each true class, in it a count for each predicted class.
    public let images: [[[Int]]]

    /// Counts a batch's pixels, by the fastest way there is.
    ///
    /// - Parameters:
    ///   - logits: [B, C, …], float of any width, raw scores.
    ///   - labels: [B, …], whole numbers, classes 0 ..< C or the ignore label.
    ///   - ignoreLabel: pixels with this label are not counted.
    /// - Throws: `LossInputError` for shapes or labels that do not fit.
    public init(logits: Tensor, labels: Tensor, ignoreLabel: Int? = nil) throws {
        self = try Counts(logits: logits, targets: Targets(labels), ignoreLabel: ignoreLabel).confusion()
    }

    fileprivate init(counts: [Int64], classCount: Int) {
        images = counts.split(every: classCount * classCount).map { image in
            image.split(every: classCount).map { $0.map(Int.init) }
        }
    }

    /// The same by tensor operations alone: the definition, for every device, dtype and layout.
    public static func composed(logits: Tensor, labels: Tensor, ignoreLabel: Int? = nil) throws -> BatchConfusion {
        try Counts.composed(logits: logits, targets: Targets(labels), ignoreLabel: ignoreLabel).confusion()
    }

    /// Nil where the composed form must serve, be it to refuse the labels with an exact message.
    static func fused(_ logits: Tensor, _ labels: Tensor, _ ignoreLabel: Int?) throws -> BatchConfusion? {
        guard let batch = try KernelBatch(logits: logits, labels: labels, ignoreLabel: ignoreLabel) else { return nil }
        var counts = [Int64](repeating: 0, count: batch.imageCount * batch.classCount * batch.classCount)
        var outside: Int64 = 0
        try batch.run { ck_confusion($0, /*predicted*/ nil, &counts, &outside) }
        return outside == 0 ? BatchConfusion(counts: counts, classCount: batch.classCount) : nil
    }
}

extension BatchConfusion {
    /// The counts while they are still where the logits are: asking for them is what waits for a device.
    public struct Counts {
        private enum Place {
            case host(BatchConfusion)
            case device(Tensor, classCount: Int)
            case onTheWay(HostCopy, classCount: Int)
        }

        private let place: Place

        /// - Throws: `LossInputError` for shapes or labels that do not fit.
        public init(logits: Tensor, targets: Targets, ignoreLabel: Int? = nil) throws {
            if let counts = try BatchConfusion.fused(logits, targets.labels, ignoreLabel) {
                place = .host(counts)
            } else {
                self = try .composed(logits: logits, targets: targets, ignoreLabel: ignoreLabel)
            }
        }

        private init(_ place: Place) { self.place = place }

        /// The same on their way to the host, as they will be when the device has done what it was given before this.
        public func sent() throws -> Counts {
            guard case .device(let counts, let classCount) = place else { return self }
            return try Counts(.onTheWay(HostCopy(counts), classCount: classCount))
        }

        public func confusion() throws -> BatchConfusion {
            switch place {
            case .host(let confusion): return confusion
            case .device: return try sent().confusion()
            case .onTheWay(let copy, let classCount):
                return try BatchConfusion(counts: copy.elements().dropLast(), classCount: classCount)
            }
        }
    }
}

extension BatchConfusion.Counts {
    /// The same by tensor operations alone.
    static func composed(logits: Tensor, targets: Targets, ignoreLabel: Int?) throws -> Self {
        let inputs = try LossInputs(logits: logits.detached(), targets: targets, ignoreLabel: ignoreLabel)
        let (images, classes) = (logits.shape[0], inputs.classCount)
        let image = try Tensor.range(images, device: logits.device).reshaped(
            [images] + Array(repeating: 1, count: logits.rank - 2))
        let predicted = try inputs.logits.argmax(1)  // [B, …]
        // The place of a pixel's count among those of all images; one more for what is ignored.
        let none = images * classes * classes
        let size = try Tensor.scalar(Double(classes), dtype: .int64, device: logits.device)
        let places = (image * size + inputs.labels) * size + predicted
        let counts = try places.masked(where: inputs.isCounted.logicalNot(), with: Double(none)).reshaped([-1])
            .binCounts(none + 1)
        return Self(.device(counts, classCount: classes))
    }
}

extension Array {
    /// - Precondition: `size` divides the count.
    fileprivate func split(every size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<$0 + size]) }
    }
}
