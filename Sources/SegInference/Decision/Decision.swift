import SegMetrics
import Torch

/// How the class of a pixel follows from its scores.
///
/// The largest score is the best guess for the share of pixels that are right. A Jaccard index is another aim: it is served best by
/// a class that takes pixels while they add more to its intersection, in proportion, than to its union.
public enum Decision: Sendable, Hashable {
    /// The class of the largest score s_k, the first of equals.
    case argmax
    /// The class of the largest s_k + o_k, the first of equals. An offset for each class, in units of the scores.
    case offsets([Double])
    /// The class of the largest expected gain of the mean IoU.
    case iou(IoUGains)

    /// As `way` of a model names it; nil for the largest score.
    var words: String? {
        switch self {
        case .argmax: nil
        case .offsets(let offsets): "decision by offsets \(offsets.map { Self.text($0) }.joined(separator: ", "))"
        case .iou(let gains): "decision by gains of IoU at \(gains.rows.map { Self.text($0.iou) }.joined(separator: ", "))"
        }
    }

    private static func text(_ number: Double) -> String { "\((number * 10_000).rounded() / 10_000)" }

    /// What is added to the scores of a class.
    func offset(ofClass k: Int) -> Float {
        if case .offsets(let offsets) = self { Float(offsets[k]) } else { 0 }
    }

    /// Scores with the offsets, where those decide.
    ///
    /// - Parameter scores: `[B, C, …]`.
    func added(to scores: Tensor) throws -> Tensor {
        guard case .offsets(let offsets) = self else { return scores }
        let shape = [offsets.count] + Array(repeating: 1, count: scores.shape.count - 2)
        return try scores + Tensor(offsets.map(Float.init), shape: shape).to(device: scores.device)
    }

    /// What is compared in place of the scores: the largest is the class.
    ///
    /// - Parameter scores: `[C, pixels]`, raw scores.
    /// - Returns: `[C, pixels]`.
    func values(of scores: [Float], pixels: Int) -> [Float] {
        switch self {
        case .argmax: return scores
        case .offsets(let offsets):
            var values = scores
            for (k, offset) in offsets.enumerated() {
                for index in k * pixels..<(k + 1) * pixels { values[index] += Float(offset) }
            }
            return values
        case .iou(let gains): return gains.values(of: scores, pixels: pixels)
        }
    }

    /// The scores whose margins say how sure a prediction is: with the offsets, where those decide. Gains of IoU are in other units
    /// than scores, so that margins leave them out.
    func marginScores(of scores: [Float], pixels: Int) -> [Float] {
        if case .offsets = self { values(of: scores, pixels: pixels) } else { scores }
    }

    /// The class of each pixel.
    ///
    /// - Parameter scores: `[C, pixels]`, raw scores.
    func classes(of scores: [Float], pixels: Int) -> [UInt8] {
        var classes: [UInt8] = []
        classes.reserveCapacity(pixels)
        let classCount = scores.count / max(pixels, 1)
        // Part by part, so that no second copy of a volume's scores is made.
        for start in stride(from: 0, to: pixels, by: Self.partSize) {
            let part = start..<min(start + Self.partSize, pixels)
            let values = values(
                of: (0..<classCount).flatMap { scores[$0 * pixels + part.lowerBound..<$0 * pixels + part.upperBound] },
                pixels: part.count)
            classes += Self.largest(of: values, pixels: part.count)
        }
        return classes
    }

    private static let partSize = 1 << 16

    /// Pixel by pixel, the class of the largest value; the first of equals.
    private static func largest(of values: [Float], pixels: Int) -> [UInt8] {
        var best = Array(values[..<pixels])
        var classes = [UInt8](repeating: 0, count: pixels)
        for k in 1..<max(values.count / pixels, 1) {
            for pixel in 0..<pixels where values[k * pixels + pixel] > best[pixel] {
                best[pixel] = values[k * pixels + pixel]
                classes[pixel] = UInt8(k)
            }
        }
        return classes
    }
}

/// A decision by the name that options use.
public enum DecisionName: String, Sendable, Hashable, Codable, CaseIterable {
    /// The class of the largest score.
    case argmax
    /// By the offsets that `marginseg calibrate` stored.
    case calibrated
    /// By the expected gain of IoU.
    case iou
}
