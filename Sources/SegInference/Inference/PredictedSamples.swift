import Sampling
import SegLosses
import Torch

/// Some samples of a case, planes or the whole of it, with a model's scores. Each form of the scores is made when it is first asked
/// for, and once.
public final class PredictedSamples {
    public let prepared: PreparedCase
    /// The samples, by their numbers.
    public let numbers: Range<Int>
    /// Raw scores at the network's size, `[B, C, (D,) H, W]`, a sample for each number.
    public let logits: Tensor
    /// How classes follow from the scores.
    let decision: Decision
    private var classesAtNetworkSize: [[UInt8]]?
    private var scoresAtNativeSize: [[Float]]?
    private var labelsAtNetworkSize: [[UInt8]]?

    init(of prepared: PreparedCase, _ numbers: Range<Int>, logits: Tensor, decision: Decision = .argmax) {
        self.prepared = prepared
        self.numbers = numbers
        self.logits = logits
        self.decision = decision
    }

    /// Bytes that these forms of the scores of `count` samples take at most, beside the logits.
    static func bytes(count: Int, classCount: Int, _ route: GridRoute) -> Int {
        4 * count * classCount * (route.inputSize.count + 2 * route.native.count)
    }

    private var route: GridRoute { prepared.route }
    private var classCount: Int { logits.shape[1] }

    /// The class that is decided for each pixel; for each sample `[(D,) H, W]`, at the network's size.
    func networkClasses() throws -> [[UInt8]] {
        if let classesAtNetworkSize { return classesAtNetworkSize }
        let size = route.inputSize.count
        let classes: [[UInt8]]
        if decision == .argmax {
            let all: [UInt8] = try withInference { try logits.largestClass().elements() }
            classes = (0..<numbers.count).map { Array(all[slice($0, of: size)]) }
        } else {
            let all: [Float] = try logits.elements()
            classes = (0..<numbers.count).map { decision.classes(of: Array(all[slice($0, of: classCount * size)]), pixels: size) }
        }
        classesAtNetworkSize = classes
        return classes
    }

    /// The true classes of each sample at the network's size, `[(D,) H, W]`.
    ///
    /// - Throws: `CaseError.noLabel` for a case without labels.
    package func networkLabels() throws -> [[UInt8]] {
        if let labelsAtNetworkSize { return labelsAtNetworkSize }
        let labels = try numbers.map { plane in
            guard let labels = prepared.inputLabels(plane) else { throw CaseError.noLabel(path: prepared.id) }
            return labels
        }
        labelsAtNetworkSize = labels
        return labels
    }

    /// The true classes of each sample at native size.
    ///
    /// - Throws: `CaseError.noLabel` for a case without labels.
    func nativeLabels() throws -> [[UInt8]] {
        try numbers.map { plane in
            guard let labels = prepared.nativeLabels(plane) else {
                throw CaseError.noLabel(path: prepared.id)
            }
            return labels
        }
    }

    /// The scores that the prediction follows from; for each sample `[C, (depth,) height, width]`, at native size.
    func nativeScores() throws -> [[Float]] {
        if let scoresAtNativeSize { return scoresAtNativeSize }
        let all: [Float] = try logits.elements()
        let scores = (0..<numbers.count).map { place in
            var scores: [Float] = []
            scores.reserveCapacity(classCount * route.native.count)
            for k in 0..<classCount {
                scores += route.restore(Array(all[slice(place * classCount + k, of: route.inputSize.count)]))
            }
            return scores
        }
        scoresAtNativeSize = scores
        return scores
    }

    /// The predicted classes; for each sample `[(depth,) height, width]`, at native size.
    func nativeClasses() throws -> [[UInt8]] {
        // Where sizes differ, scores are brought back and not classes, so that borders stay smooth.
        guard route.interpolates else { return try networkClasses().map(route.restore(labels:)) }
        return try nativeScores().map { decision.classes(of: $0, pixels: route.native.count) }
    }

    private func slice(_ place: Int, of size: Int) -> Range<Int> { place * size..<(place + 1) * size }
}
