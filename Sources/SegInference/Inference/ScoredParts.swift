import Sampling
import Torch

/// Makes the parts of a volume, as an inferer gives them, into what can be brought back to native size.
///
/// Native planes are made of several planes of the network's input where those are resampled, so the last planes of a part are kept
/// until the next.
struct ScoredParts {
    private let prepared: PreparedCase
    /// Of each native plane; nil where nothing is interpolated, or all of it twice.
    private let planeSources: [Range<Int>]?
    private let labels: WholeLabels
    private var kept: (scores: Tensor, planes: Range<Int>)?
    private var nativePlanes = 0
    private var pixels = 0

    init(of prepared: PreparedCase) {
        self.prepared = prepared
        labels = WholeLabels(of: prepared)
        planeSources = prepared.route.interpolates ? prepared.route.planeSources : nil
    }

    /// Whether parts have to be whole planes, in order.
    var areInPlanes: Bool { prepared.route.interpolates }

    /// Nil where nothing can be made of what is there so far.
    mutating func part(_ box: [Range<Int>], _ scores: Tensor) throws -> PredictedSamples? {
        let part = try made(box, scores)
        part?.wholeLabels = labels
        return part
    }

    private mutating func made(_ box: [Range<Int>], _ scores: Tensor) throws -> PredictedSamples? {
        pixels += box.reduce(1) { $0 * $1.count }
        let isLast = pixels == prepared.route.inputSize.count
        guard areInPlanes else { return PredictedSamples(of: prepared, box, logits: scores, isLast: isLast) }
        let planes = (kept?.planes.lowerBound ?? box[0].lowerBound)..<box[0].upperBound
        let all = try kept.map { try Tensor.concatenated([$0.scores, scores], 2) } ?? scores
        guard let planeSources else {
            kept = (all, planes)
            return isLast ? PredictedSamples(of: prepared, 0..<1, logits: all) : nil
        }
        let native =
            nativePlanes..<(planeSources[nativePlanes...].firstIndex { $0.upperBound > planes.upperBound } ?? planeSources.count)
        let part = try PredictedSamples(
            of: prepared, planes: box[0], scores: all, of: planes, native: native, isLast: isLast)
        nativePlanes = native.upperBound
        let needed =
            nativePlanes < planeSources.count ? max(planeSources[nativePlanes].lowerBound, planes.lowerBound) : planes.upperBound
        kept =
            needed < planes.upperBound
            ? (try all.narrowed(2, needed - planes.lowerBound..<planes.count).contiguous(), needed..<planes.upperBound) : nil
        return part
    }
}
