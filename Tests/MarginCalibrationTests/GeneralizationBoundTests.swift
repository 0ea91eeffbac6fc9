import Foundation
import MarginCalibration
import Randomness
import TestSupport
import Testing

struct GeneralizationBoundTests {
    /// Two classes of 100 and 300 pixels, by hand from Eq. 22 with c = 2 and F = 0.5 (4 c F = 4).
    @Test func termsFollowEquation22() throws {
        let bound = GeneralizationBound(
            try LabelDistribution(counts: [100, 300]), offsets: try MarginOffsets(rho0k: [2, 1], rhoK0: [1, 3]), f: 0.5)
        let root = 300.0.squareRoot()
        let first: Double = (root + 10 / 0.5) / (50 - root)
        let second: Double = (10 + root / 3) / (75 - 10)
        #expect(bound.terms == [first, second])
        #expect(bound.epsilon == (first + second) / 2)
    }

    @Test func complexityAddsTheConfidenceTerm() throws {
        let distribution = try LabelDistribution(counts: [100_000, 300_000])
        let offsets = try MarginOffsets(rho0k: [2, 1], rhoK0: [1, 3])
        let bound = try GeneralizationBound(distribution, offsets: offsets, complexity: 0.5, eta: 0.05, pixelsPerImage: 64)
        #expect(abs(bound.f - (0.5 + 3.0 / 8 * (128 * log(4 / 0.05)).squareRoot())) < 1e-14)
        #expect(bound == GeneralizationBound(distribution, offsets: offsets, f: bound.f))
    }

    @Test(
        arguments: [
            ("offset too small", [2, 0.01], [1, 3]), ("no offset", [2, 0], [1, 0]), ("no margin for the class", [2, 1], [1, 0]),
        ] as [(String, [Double], [Double])])
    func aTermThatSaysNothingIsVacuous(why: String, rho0k: [Double], rhoK0: [Double]) throws {
        let bound = GeneralizationBound(
            try LabelDistribution(counts: [100, 300]), offsets: try MarginOffsets(rho0k: rho0k, rhoK0: rhoK0), f: 0.5)
        #expect(bound.terms[0] != nil)
        #expect(bound.terms[1] == nil)
        #expect(bound.epsilon == nil)
    }

    @Test(
        arguments: [
            (-1, 0.05, 9, "complexity = -1.0: expected a finite number of 0 or more"),
            (1, 1, 9, "eta = 1.0: expected a number between 0 and 1"),
            (1, .nan, 9, "eta = nan: expected a number between 0 and 1"),
            (1, 0.05, 0, "pixels per image = 0: expected 1 or more"),
        ] as [(Double, Double, Int, String)])
    func parametersOutsideTheirRangeAreRefused(complexity: Double, eta: Double, pixels: Int, message: String) throws {
        let distribution = try LabelDistribution(counts: [100, 300])
        let offsets = try MarginOffsets(distribution)
        let error = #expect(throws: GeneralizationBoundError.self) {
            try GeneralizationBound(distribution, offsets: offsets, complexity: complexity, eta: eta, pixelsPerImage: pixels)
        }
        #expect(error?.description == message)
    }

    /// Corollary 1.1: with its μ_k, F held fixed and Σ ρ_0k = const, no other proportions give a smaller ε.
    @Test(arguments: 0..<200)
    func theCorollaryMinimisesTheBound(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let counts = (0..<Int.random(in: 2...6, using: &generator)).map { _ in
            Int(exp(Double.random(in: 3...14, using: &generator)))
        }
        let distribution = try LabelDistribution(counts: counts)
        let scale = MarginOffsets.Scale.absolute(tau: 10)
        // ν fixed is r fixed: r = nν.
        let nu = try MarginOffsets.smallestNu(distribution, scale: scale) * Double.random(in: 1.01...10, using: &generator)
        let best = try MarginOffsets(distribution, scale: scale, nu: nu)
        // Denominators are √(n − n_k) (τ / 4cF − 1): an F below τ / 4c keeps them all positive.
        let f = 10 / (4 * Double(counts.count)) * Double.random(in: 0.05...0.95, using: &generator)
        guard let smallest = GeneralizationBound(distribution, offsets: best, f: f).epsilon else {
            Issue.record("vacuous at the optimum: counts \(counts), nu \(nu), F \(f)")
            return
        }
        let sum = best.rho0k.reduce(0, +)
        var compared = 0
        for strength in [1e-3, 0.03, 0.3, 1] {
            for _ in 0..<5 {
                let raw = best.rho0k.map { $0 * exp(strength * Double.random(in: -1...1, using: &generator)) }
                let rho0k = raw.map { $0 * sum / raw.reduce(0, +) }
                let rhoK0 = rho0k.indices.map { rho0k[$0] * best.rhoK0[$0] / best.rho0k[$0] }
                let other = GeneralizationBound(distribution, offsets: try MarginOffsets(rho0k: rho0k, rhoK0: rhoK0), f: f)
                guard let epsilon = other.epsilon else { continue }
                compared += 1
                #expect(epsilon >= smallest * (1 - 1e-12), "counts \(counts), nu \(nu), F \(f), rho_0k \(rho0k)")
            }
        }
        #expect(compared > 0)
    }
}
