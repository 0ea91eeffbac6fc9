import Foundation

/// By how much the offsets change the pull of each class on an undecided pixel (λ = 0), against the same loss without offsets.
///
/// The gradient of log₂(1 + 2^x) at x = ρ over that at x = 0 is 2·2^ρ / (1 + 2^ρ); the change is that less 1, i.e.
/// tanh(ρ ln 2 / 2): 0 for ρ = 0, +0.03 for a gradient 3 % larger, never above 1. The hyperbolic tangent keeps the digits of
/// the tiny offsets that the paper's τ gives on large data sets.
public struct GradientChange: Sendable, Hashable {
    /// The change through ρ_0k, felt by the pixels that are not of class k.
    public let rho0k: [Double]
    /// The change through ρ_k0, felt by the pixels of class k.
    public let rhoK0: [Double]

    /// The changes that these offsets bring.
    public init(_ offsets: MarginOffsets) {
        rho0k = offsets.rho0k.map(Self.change)
        rhoK0 = offsets.rhoK0.map(Self.change)
    }

    private static func change(rho: Double) -> Double { tanh(rho * M_LN2 / 2) }
}
