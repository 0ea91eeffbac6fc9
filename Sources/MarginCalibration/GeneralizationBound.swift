import Foundation

/// Theorem 1: with probability 1 − η, mIoU ≥ mIoU̲_n − ε (Eqs. 9 and 22).
///
///     ε = 1/c Σ_k ε_k        ε_k = (√(n − n_k) + √n_k / μ_k) / (n_k ρ_0k / (4 c F) − √(n − n_k))        μ_k = ρ_k0 / ρ_0k
public struct GeneralizationBound: Sendable, Hashable {
    /// F: the complexity that the terms were computed with.
    public let f: Double
    /// ε_k of each class; nil where the theorem says nothing, because the denominator is not positive or ρ_k0 = 0 makes the
    /// numerator infinite. A value of 1 or more is true, though it says nothing of a score between 0 and 1.
    public let terms: [Double?]
    /// ε; nil as soon as one term is.
    public let epsilon: Double?

    /// The bound for F = C(Θ) + σ(1/η), with σ(1/η) = ρ_max / (4c) · √(2 m ln(2c/η)) and ρ_max the largest of all offsets.
    ///
    /// - Parameters:
    ///   - complexity: C(Θ) ≥ 0 with ℜ_N(Θ) ≤ C(Θ) / √N for the Rademacher complexity over N pixels (Eq. 16).
    ///   - eta: 0 < η < 1; the bound holds with probability 1 − η.
    ///   - pixelsPerImage: m, the pixels of an image, of images that differ the most. Images are independent of each other; the
    ///     pixels of one may depend on each other in any way.
    /// - Throws: `GeneralizationBoundError` for a parameter outside its range.
    /// - Precondition: distribution and offsets are of the same classes.
    public init(
        _ distribution: LabelDistribution, offsets: MarginOffsets, complexity: Double, eta: Double, pixelsPerImage: Int
    ) throws {
        try Self.check(complexity: complexity, eta: eta)
        guard pixelsPerImage > 0 else {
            throw GeneralizationBoundError(parameter: "pixels per image", found: "\(pixelsPerImage)", expected: "1 or more")
        }
        let c = Double(offsets.classCount)
        let rhoMax = (offsets.rho0k + offsets.rhoK0).max()!  // offsets have two classes or more
        let sigma = rhoMax / (4 * c) * (2 * Double(pixelsPerImage) * log(2 * c / eta)).squareRoot()
        self.init(distribution, offsets: offsets, f: complexity + sigma)
    }

    /// Checks the free parameters, before anything is gathered for the bound.
    ///
    /// - Throws: `GeneralizationBoundError` for a parameter outside its range.
    public static func check(complexity: Double, eta: Double) throws {
        guard complexity >= 0, complexity.isFinite else {
            throw GeneralizationBoundError(
                parameter: "complexity", found: "\(complexity)", expected: "a finite number of 0 or more")
        }
        guard eta > 0, eta < 1 else {
            throw GeneralizationBoundError(parameter: "eta", found: "\(eta)", expected: "a number between 0 and 1")
        }
    }

    /// The bound for a given F.
    ///
    /// - Precondition: F ≥ 0; distribution and offsets are of the same classes.
    public init(_ distribution: LabelDistribution, offsets: MarginOffsets, f: Double) {
        precondition(f >= 0, "F = \(f) is no complexity")
        precondition(
            distribution.classCount == offsets.classCount,
            "a distribution of \(distribution.classCount) classes has no bound for offsets of \(offsets.classCount)")
        let terms = distribution.counts.indices.map { Self.term(of: $0, in: distribution, offsets: offsets, f: f) }
        self.f = f
        self.terms = terms
        let bounded = terms.compactMap(\.self)
        epsilon = bounded.count == terms.count ? bounded.reduce(0, +) / Double(terms.count) : nil
    }

    private static func term(of index: Int, in distribution: LabelDistribution, offsets: MarginOffsets, f: Double) -> Double? {
        let inside = Double(distribution.counts[index])
        let outside = Double(distribution.total - distribution.counts[index])
        let c = Double(distribution.classCount)
        let denominator = inside * offsets.rho0k[index] / (4 * c * f) - outside.squareRoot()
        guard denominator > 0, offsets.rhoK0[index] > 0 else { return nil }
        let mu = offsets.rhoK0[index] / offsets.rho0k[index]
        return (outside.squareRoot() + inside.squareRoot() / mu) / denominator
    }
}

/// A parameter of Theorem 1 that is outside its range.
public struct GeneralizationBoundError: Error, CustomStringConvertible, Equatable {
    /// Its name.
    public let parameter: String
    /// Its value.
    public let found: String
    /// The range.
    public let expected: String

    public var description: String { "\(parameter) = \(found): expected \(expected)" }
}
