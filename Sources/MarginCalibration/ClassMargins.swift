/// The margins λ_ik of Eq. 4 by class k: those of the class's own pixels, which should be positive, and those of the others,
/// which should be negative.
public struct ClassMargins: Sendable, Hashable, Codable {
    /// λ_ik over the pixels with y_i = k, for each class k.
    public private(set) var own: [MarginHistogram]
    /// λ_ik over the pixels with y_i ≠ k, for each class k.
    public private(set) var others: [MarginHistogram]

    /// Of no pixel yet.
    ///
    /// - Precondition: two classes or more.
    public init(classCount: Int) {
        precondition(classCount >= 2, "a margin needs a rival: two classes or more")
        own = Array(repeating: MarginHistogram(), count: classCount)
        others = own
    }

    /// Counts the margins of an image.
    ///
    /// - Parameters:
    ///   - scores: s, raw logits, `[C, N]` with the pixels of class 0 first, as a `[C, H, W]` tensor lies in memory.
    ///   - labels: y, `[N]`.
    ///   - ignored: the label of pixels that take no part.
    ///   - stride: only every `stride`-th pixel counts; 1 takes all.
    /// - Precondition: C · N scores, labels below C or ignored, a stride of 1 or more.
    public mutating func add(scores: [Float], labels: [UInt8], ignoring ignored: UInt8? = nil, stride: Int = 1) {
        let (classes, pixels) = (own.count, labels.count)
        precondition(scores.count == classes * pixels, "\(scores.count) scores for \(pixels) pixels of \(classes) classes")
        for pixel in Swift.stride(from: 0, to: pixels, by: stride) where labels[pixel] != ignored {
            let label = Int(labels[pixel])
            precondition(label < classes, "label \(label) is not one of \(classes) classes")
            let rivals = Rivals(of: pixel, in: scores, pixelCount: pixels)
            for k in 0..<classes {
                let margin = rivals.margin(of: k, score: scores[k * pixels + pixel])
                if k == label { own[k].add(margin) } else { others[k].add(margin) }
            }
        }
    }

    /// Adds the margins of other pixels.
    ///
    /// - Precondition: both are of the same classes.
    public static func += (left: inout ClassMargins, right: ClassMargins) {
        for k in left.own.indices {
            left.own[k] += right.own[k]
            left.others[k] += right.others[k]
        }
    }
}
