import Foundation
import MarginCalibration
import Testing

struct GradientChangeTests {
    @Test func isTheRatioOfTheDerivatives() throws {
        let offsets = try MarginOffsets(rho0k: [0, 0.05, 1, 40], rhoK0: [1e-8, 0.3, 0, 2])
        let change = GradientChange(offsets)
        for (found, rho) in zip(change.rho0k + change.rhoK0, offsets.rho0k + offsets.rhoK0) {
            let ratio = MarginLoss.calibratedLogDerivative(0, rho: rho) / MarginLoss.calibratedLogDerivative(0, rho: 0)
            #expect(abs(found - (ratio - 1)) < 1e-14, "rho = \(rho)")
        }
        #expect(change.rho0k[0] == 0)
    }

    @Test func tinyOffsetsKeepTheirDigits() throws {
        let change = GradientChange(try MarginOffsets(rho0k: [1e-12, 0], rhoK0: [0, 0])).rho0k[0]
        #expect(abs(change - 1e-12 * log(2) / 2) < 1e-26)
    }
}
