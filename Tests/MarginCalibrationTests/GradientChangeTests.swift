import Foundation
import MarginCalibration
import Testing

struct GradientChangeTests {
    /// −d/dλ log₂(1 + 2^(ρ − λ)) at λ = 0.
    private func slope(rho: Double) -> Double { 1 / (1 + exp2(-rho)) }

    @Test func isTheRatioOfTheDerivatives() throws {
        let offsets = try MarginOffsets(rho0k: [0, 0.05, 1, 40], rhoK0: [1e-8, 0.3, 0, 2])
        let change = GradientChange(offsets)
        for (found, rho) in zip(change.rho0k + change.rhoK0, offsets.rho0k + offsets.rhoK0) {
            let ratio = slope(rho: rho) / slope(rho: 0)
            #expect(abs(found - (ratio - 1)) < 1e-14, "rho = \(rho)")
            let h = 1e-5
            let rise = MarginLoss.calibratedLog(-h, rho: rho) - MarginLoss.calibratedLog(h, rho: rho)
            #expect(abs(slope(rho: rho) - rise / (2 * h)) < 1e-9, "rho = \(rho)")
        }
        #expect(change.rho0k[0] == 0)
    }

    @Test func tinyOffsetsKeepTheirDigits() throws {
        let change = GradientChange(try MarginOffsets(rho0k: [1e-12, 0], rhoK0: [0, 0])).rho0k[0]
        #expect(abs(change - 1e-12 * log(2) / 2) < 1e-26)
    }
}
