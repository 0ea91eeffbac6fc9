import Foundation
import Sampling
import SegConfiguration

/// How much smaller than the paper's a reproduction is; 1 is the paper's protocol.
///
/// At scale s: epochs · s; the sides of planes and the network's widths · √s (sides in multiples of 16 and at least 32, the first
/// width in multiples of 8); the learning rate / s, 0.001 at most, because the fewer steps would otherwise lead nowhere.
public struct ReproductionScale: Sendable, Hashable {
    public let fraction: Double

    /// - Precondition: 0 < fraction ≤ 1.
    public init(_ fraction: Double) {
        precondition(fraction > 0 && fraction <= 1, "a scale above 0, at most 1")
        self.fraction = fraction
    }

    private var side: Double { fraction.squareRoot() }

    func epochs(_ full: Int) -> Int { max(1, Int((Double(full) * fraction).rounded())) }

    func learningRate(_ full: Double) -> Double { fraction == 1 ? full : max(full, min(full / fraction, 1e-3)) }

    func side(_ full: Int) -> Int { max(min(full, 32), Int((Double(full) * side / 16).rounded()) * 16) }

    /// Widths in the proportions of the full ones.
    func widths(_ full: [Int]) -> [Int] {
        guard let first = full.first else { return full }
        let narrow = max(min(first, 8), Int((Double(first) * side / 8).rounded()) * 8)
        return full.map { $0 * narrow / first }
    }

    /// The configuration with smaller planes and a narrower network.
    func applied(to configuration: RunConfiguration) -> RunConfiguration {
        guard fraction < 1 else { return configuration }
        var configuration = configuration
        configuration.network.features = widths(configuration.network.features)
        if case .resize(let size, let interpolation) = configuration.input.fit {
            configuration.input.fit = .resize(
                to: GridSize(height: side(size.height), width: side(size.width)), by: interpolation)
        }
        return configuration
    }

    /// `scale 0.1: 5 epochs of each stage in place of 50, …`; nil at the paper's.
    func words(epochs: Int, learningRate: Double) -> String? {
        guard fraction < 1 else { return nil }
        return String(
            format: "Scale %g: %d epochs of each stage, not %d; sides of planes and widths of the network times %.2g; "
                + "learning rate %g, not %g. Such numbers show that the pipeline works, not how good the methods are.",
            fraction, self.epochs(epochs), epochs, side, self.learningRate(learningRate), learningRate)
    }
}
