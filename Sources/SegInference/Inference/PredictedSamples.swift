import Sampling
import SegLosses
import Torch

/// Some samples of a case, planes or the whole of it, or a part of one, with a model's scores. Each form of the scores is made when
/// it is first asked for, and once.
public final class PredictedSamples {
    public let prepared: PreparedCase
    /// The samples, by their numbers.
    public let numbers: Range<Int>
    /// What of each sample is here, at the network's size: a range along each axis.
    public let box: [Range<Int>]
    /// Raw scores of that, `[B, C, …]`, a sample for each number.
    public let logits: Tensor
    /// From native size to that of the scores, and back.
    private let route: GridRoute
    /// How classes follow from the scores.
    var decision = Decision.argmax
    /// What of each sample is here at native size; nil for nothing.
    public let nativeBox: GridBox?
    /// Whether all parts of the samples have come.
    public let isLast: Bool
    /// Where planes are interpolated between planes: scores of all that those of `nativeBox` are made of.
    private let sources: (scores: Tensor, planes: Range<Int>)?
    /// What the parts of a volume share; nil for whole samples.
    var wholeLabels: WholeLabels?
    private var classesAtNetworkSize: [[UInt8]]?
    private var scoresAtNativeSize: [[Float]]?
    private var labelsAtNetworkSize: [[UInt8]]?

    /// Whole samples.
    ///
    /// - Parameter route: of the scores; nil: the case's own.
    init(of prepared: PreparedCase, _ numbers: Range<Int>, logits: Tensor, route: GridRoute? = nil) {
        let route = route ?? prepared.route
        (self.prepared, self.numbers, self.logits, self.route) = (prepared, numbers, logits, route)
        box = route.inputSize.lengths.map { 0..<$0 }
        nativeBox = GridBox(route.native.lengths.map { 0..<$0 })
        isLast = true
        sources = nil
    }

    /// A part of a case that is one sample, and whose voxels are the file's.
    ///
    /// - Parameter route: of the scores; nil: the case's own.
    init(of prepared: PreparedCase, _ box: [Range<Int>], logits: Tensor, isLast: Bool, route: GridRoute? = nil) {
        let route = route ?? prepared.route
        (self.prepared, self.box, self.logits, self.isLast, self.route) = (prepared, box, logits, isLast, route)
        numbers = 0..<1
        nativeBox = route.nativePart(of: box)?.native
        sources = nil
    }

    /// Planes of a case that is one sample and whose voxels are resampled.
    ///
    /// - Parameters:
    ///   - planes: of the network's input, which `scores` has among others.
    ///   - sources: the planes that scores are here of.
    ///   - native: the native planes that can be made of them and were not before.
    init(
        of prepared: PreparedCase, planes: Range<Int>, scores: Tensor, of sources: Range<Int>, native: Range<Int>, isLast: Bool
    ) throws {
        let (input, size) = (prepared.route.inputSize, prepared.route.native)
        (self.prepared, self.isLast, route) = (prepared, isLast, prepared.route)
        numbers = 0..<1
        box = [planes, 0..<input.height, 0..<input.width]
        logits = try scores.narrowed(2, planes.lowerBound - sources.lowerBound..<planes.upperBound - sources.lowerBound)
        nativeBox = native.isEmpty ? nil : GridBox([native, 0..<size.height, 0..<size.width])
        self.sources = (scores, sources)
    }

    /// Bytes that these forms of the scores of a part take at most, beside the logits.
    ///
    /// - Parameters:
    ///   - pixels: of the part at the network's size.
    ///   - native: at native size.
    static func bytes(count: Int, classCount: Int, pixels: Int, native: Int) -> Int {
        4 * count * (classCount * pixels + 4 * native)
    }

    private var classCount: Int { logits.shape[1] }
    private var boxSize: GridSize { GridSize(box.map(\.count)) }

    /// The class that is decided for each pixel; for each sample that of `box`.
    func networkClasses() throws -> [[UInt8]] {
        if let classesAtNetworkSize { return classesAtNetworkSize }
        let size = boxSize.count
        let classes: [[UInt8]]
        if case .iou = decision {
            let (all, length): ([Float], Int) = (try logits.elements(), classCount * size)
            classes = (0..<numbers.count).map {
                decision.classes(of: Array(all[$0 * length..<($0 + 1) * length]), pixels: size)
            }
        } else {
            let all: [UInt8] = try withInference {
                try decision.added(to: logits.contiguous()).largestClass().elements()
            }
            classes = (0..<numbers.count).map { Array(all[$0 * size..<($0 + 1) * size]) }
        }
        classesAtNetworkSize = classes
        return classes
    }

    /// The true classes of each sample in `box`.
    ///
    /// - Throws: `CaseError.noLabel` for a case without labels.
    package func networkLabels() throws -> [[UInt8]] {
        if let labelsAtNetworkSize { return labelsAtNetworkSize }
        let labels = try numbers.map { sample in
            guard let labels = wholeLabels?.atNetworkSize ?? prepared.nativeLabels(sample).map(route.apply(toLabels:)) else {
                throw CaseError.noLabel(path: prepared.id)
            }
            return boxSize == route.inputSize ? labels : GridBox(box).cut(labels, of: route.inputSize)
        }
        labelsAtNetworkSize = labels
        return labels
    }

    /// The true classes of each sample in `nativeBox`.
    ///
    /// - Throws: `CaseError.noLabel` for a case without labels.
    func nativeLabels() throws -> [[UInt8]] {
        guard let labels = prepared.labels else { throw CaseError.noLabel(path: prepared.id) }
        return numbers.map { sample in
            nativeBox?.cut(labels, of: route.native, from: prepared.grid.voxels(ofSample: sample).lowerBound) ?? []
        }
    }

    /// The scores that the prediction follows from; for each sample `[C, …]` of `nativeBox`.
    func nativeScores() throws -> [[Float]] {
        if let scoresAtNativeSize { return scoresAtNativeSize }
        let scores = try (0..<numbers.count).map { place in
            try (0..<classCount).flatMap { try nativeScores(ofClass: $0, at: place) }
        }
        scoresAtNativeSize = scores
        return scores
    }

    /// The predicted classes; for each sample of `nativeBox`.
    func nativeClasses() throws -> [[UInt8]] {
        // Where sizes differ, scores are brought back and not classes, so that borders stay smooth.
        if route.interpolates { return try nativeClasses(by: decision) }
        guard let part = route.nativePart(of: box) else { return numbers.map { _ in [] } }
        return try networkClasses().map { part.inBox.cut($0, of: boxSize) }
    }

    /// Puts classes of `nativeBox` into those of the case, `[depth, height, width]`.
    func put(_ classes: [[UInt8]], into labels: inout [UInt8]) {
        guard let nativeBox else { return }
        for (sample, values) in zip(numbers, classes) {
            nativeBox.put(values, into: &labels, of: route.native, from: prepared.grid.voxels(ofSample: sample).lowerBound)
        }
    }

    /// The classes by any decision; for each sample of `nativeBox`.
    func nativeClasses(by decision: Decision) throws -> [[UInt8]] {
        if case .iou = decision {
            return try nativeScores().map { decision.classes(of: $0, pixels: $0.count / classCount) }
        }
        if logits.device != .cpu {
            do {
                return try classesWhereScoresAre(by: decision)
            } catch let error as TorchError where error.kind == .outOfMemory {
                // The host takes them class by class.
            }
        }
        return try (0..<numbers.count).map { try largest(at: $0, by: decision) }
    }

    /// The same, found on the device that has the scores.
    ///
    /// - Precondition: sizes differ, and the decision takes the largest score.
    func classesWhereScoresAre(by decision: Decision) throws -> [[UInt8]] {
        guard let nativeBox else { return numbers.map { _ in [] } }
        return try withInference {
            let steps = sources.map {
                route.scoreSteps(of: $0.planes, to: nativeBox.front..<nativeBox.front + nativeBox.size.depth)
            }
            let restoration = try ScoreRestoration(steps ?? route.scoreSteps, on: logits.device)
            let scores = sources?.scores ?? logits
            // One sample at a time: at native size they may be many times as large.
            return try (0..<numbers.count).map {
                try restoration.classes(of: scores.narrowed(0, $0..<$0 + 1), by: decision).elements()
            }
        }
    }

    /// Pixel by pixel, the class of the largest score with its offset; the first of equals. Class by class, so that memory holds the
    /// scores of one.
    private func largest(at place: Int, by decision: Decision) throws -> [UInt8] {
        func values(ofClass k: Int) throws -> [Float] {
            let (scores, offset) = (try nativeScores(ofClass: k, at: place), decision.offset(ofClass: k))
            return offset == 0 ? scores : scores.map { $0 + offset }
        }
        var best = try values(ofClass: 0)
        var classes = [UInt8](repeating: 0, count: best.count)
        for k in 1..<classCount {
            let scores = try values(ofClass: k)
            for pixel in best.indices where scores[pixel] > best[pixel] {
                best[pixel] = scores[pixel]
                classes[pixel] = UInt8(k)
            }
        }
        return classes
    }

    private func nativeScores(ofClass k: Int, at place: Int) throws -> [Float] {
        guard let nativeBox else { return [] }
        func values(_ scores: Tensor) throws -> [Float] {
            try withInference { try scores.narrowed(0, place..<place + 1).narrowed(1, k..<k + 1).elements() }
        }
        if !route.interpolates {
            return try route.nativePart(of: box).map { $0.inBox.cut(try values(logits), of: boxSize) } ?? []
        }
        guard let sources else { return route.restore(try values(logits)) }
        return route.restore(
            try values(sources.scores), of: sources.planes, to: nativeBox.front..<nativeBox.front + nativeBox.size.depth)
    }
}

/// The true classes of a volume at the network's size, made once for all of its parts.
final class WholeLabels {
    private let prepared: PreparedCase
    /// Nil for a case without labels.
    private(set) lazy var atNetworkSize = prepared.inputLabels(0)

    init(of prepared: PreparedCase) { self.prepared = prepared }
}
