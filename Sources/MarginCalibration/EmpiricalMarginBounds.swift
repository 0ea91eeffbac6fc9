/// What the margins of a trained model say of its mIoU: gathers Eqs. 6–8 pixel by pixel, in one pass.
///
///     ℓ_k0 = 1/n Σ_{i of class k} φ_ρk0(λ_ik)        ℓ_0k = 1/n Σ_{i not of class k} φ_ρ0k(−λ_ik)
///     IoU̲_k = (p_k − ℓ_k0) / (p_k + ℓ_0k)             mIoU̲ = 1/c Σ_k IoU̲_k
///
/// A class with ρ = 0 counts by the 0-1 loss (`MarginLoss.rhoMargin`). The bounds never exceed the empirical scores of the
/// same pixels, which are gathered beside them.
public struct EmpiricalMarginBounds: Sendable {
    /// The ρ_k0 and ρ_0k of the losses.
    public let offsets: MarginOffsets
    /// n·ℓ_k0 and n·ℓ_0k. The n of Eq. 7 cancels; without it the bound stays below the score to the last bit, since sums of
    /// losses of 1 are exact.
    private var sumK0: [Double]
    private var sum0k: [Double]
    private var counts: [Int]
    private var missed: [Int]
    private var falselyTaken: [Int]

    /// Bounds of no pixel yet.
    public init(offsets: MarginOffsets) {
        self.offsets = offsets
        sumK0 = Array(repeating: 0, count: offsets.classCount)
        sum0k = sumK0
        counts = Array(repeating: 0, count: offsets.classCount)
        missed = counts
        falselyTaken = counts
    }

    /// c.
    public var classCount: Int { offsets.classCount }
    /// n_k: the pixels of each class gathered so far.
    public var labels: LabelDistribution { LabelDistribution(summing: counts) }
    /// n: the pixels gathered so far.
    public var total: Int { counts.reduce(0, +) }
    /// ℓ_k0,n of each class (Eq. 6); NaN before the first pixel.
    public var lossK0: [Double] { sumK0.map { $0 / Double(total) } }
    /// ℓ_0k,n of each class (Eq. 6); NaN before the first pixel.
    public var loss0k: [Double] { sum0k.map { $0 / Double(total) } }

    /// IoU̲_k of each class (Eq. 7); 1 for a class that no pixel has and no margin comes near (0/0, as for the IoU);
    /// NaN before the first pixel.
    public var iouLowerBound: [Double] {
        (0..<classCount).map { ratio(Double(counts[$0]) - sumK0[$0], Double(counts[$0]) + sum0k[$0]) }
    }

    /// IoU_k of each class from the same pixels (Eq. 2), 0/0 = 1; among equal scores the first class is the predicted one.
    /// NaN before the first pixel.
    public var empiricalIoU: [Double] {
        (0..<classCount).map { ratio(Double(counts[$0] - missed[$0]), Double(counts[$0] + falselyTaken[$0])) }
    }

    /// mIoU̲ over all classes, with the background (Eq. 8).
    public var miouLowerBound: Double { iouLowerBound.reduce(0, +) / Double(classCount) }
    /// The mIoU over all classes that `miouLowerBound` bounds.
    public var empiricalMIoU: Double { empiricalIoU.reduce(0, +) / Double(classCount) }

    private func ratio(_ part: Double, _ whole: Double) -> Double { whole == 0 && total > 0 ? 1 : part / whole }

    /// Adds the pixels of an image.
    ///
    /// - Parameters:
    ///   - planes: λ, `[C, N]` with the pixels of class 0 first, as a `[C, H, W]` tensor lies in memory.
    ///   - labels: y, `[N]`.
    ///   - ignored: the label of pixels that take no part.
    /// - Throws: `LabelDistributionError.labelOutside` or `MarginNotANumber`; nothing is added then.
    /// - Precondition: C · N margins of Eq. 4, the largest of each pixel 0 or more.
    public mutating func add(marginPlanes planes: [Float], labels: [UInt8], ignoring ignored: UInt8? = nil) throws {
        let pixels = labels.count
        precondition(planes.count == pixels * classCount, "\(planes.count) margins for \(pixels) pixels of \(classCount) classes")
        _ = try LabelDistribution.counting(labels, classCount: classCount, ignoring: ignored)
        for position in 0..<pixels where labels[position] != ignored {
            for index in 0..<classCount where planes[index * pixels + position].isNaN {
                throw MarginNotANumber(class: index, position: position)
            }
        }
        for position in 0..<pixels where labels[position] != ignored {
            gather(label: Int(labels[position])) { Double(planes[$0 * pixels + position]) }
        }
    }

    private mutating func gather(label: Int, margin: (Int) -> Double) {
        var prediction: Int?
        for index in 0..<classCount {
            let value = margin(index)
            if value >= 0, prediction == nil { prediction = index }
            if index == label {
                sumK0[index] += MarginLoss.rhoMargin(value, rho: offsets.rhoK0[index])
            } else {
                sum0k[index] += MarginLoss.rhoMargin(-value, rho: offsets.rho0k[index])
            }
        }
        guard let prediction else { preconditionFailure("all margins of a pixel are negative: they are not those of Eq. 4") }
        counts[label] += 1
        if prediction != label {
            missed[label] += 1
            falselyTaken[prediction] += 1
        }
    }
}

/// A margin that is not a number: the scores of the model were not finite.
public struct MarginNotANumber: Error, CustomStringConvertible, Equatable {
    /// The class k of the margin λ_ik.
    public let classIndex: Int
    /// The pixel in the label map.
    public let position: Int

    init(class classIndex: Int, position: Int) {
        self.classIndex = classIndex
        self.position = position
    }

    public var description: String {
        "the margin of \(classNumber(classIndex)) at pixel \(position) is not a number: expected finite scores from the model"
    }
}
