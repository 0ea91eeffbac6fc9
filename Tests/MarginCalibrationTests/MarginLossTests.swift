import Foundation
import MarginCalibration
import Testing

struct MarginLossTests {
    @Test(
        arguments: [
            ([3, 1, -2], [2, -2, -5]), ([1, 1], [0, 0]), ([0, 5, 5, 2], [-5, 0, 0, -3]), ([-1, -4], [3, -3]),
        ] as [([Double], [Double])])
    func marginsFollowEquation4(scores: [Double], margins: [Double]) {
        #expect(MarginCalibrationTests.margins(ofScores: scores) == margins)
        let planes = MarginLoss.marginPlanes(ofScorePlanes: scores.map { Float($0) }, classCount: scores.count)
        #expect(planes == margins.map { Float($0) })
    }

    @Test func marginsOfPlanesArePixelByPixel() {
        let planes = MarginLoss.marginPlanes(ofScorePlanes: [3, 1, .nan, 1, 4, 0, -2, 5, 0], classCount: 3)
        #expect([0, 1, 3, 4, 6, 7].map { planes[$0] } == [2, -4, -2, -1, -5, 1])
        #expect(planes[2].isNaN, "the second plane of the third pixel: no number has no margin")
    }

    @Test(
        arguments: [
            (-1, 2, 1), (0, 2, 1), (0.5, 2, 0.75), (2, 2, 0), (7, 2, 0),
            (-1, 0, 1), (0, 0, 1), (1e-9, 0, 0), (0.5, -2, 0), (0, -2, 1),
        ] as [(Double, Double, Double)])
    func rhoMargin(margin: Double, rho: Double, expected: Double) {
        #expect(MarginLoss.rhoMargin(margin, rho: rho) == expected)
    }

    @Test(
        arguments: [
            (2, 2, 1), (0, 0, 1), (0, 1, log2(3)), (3, 0, log2(1.125)),
            (-1e4, 0, 1e4), (1e4, 0, 0), (0, 1e4, 1e4), (60, 0, exp2(-60) / log(2)),
        ] as [(Double, Double, Double)])
    func calibratedLog(margin: Double, rho: Double, expected: Double) {
        #expect(abs(MarginLoss.calibratedLog(margin, rho: rho) - expected) <= 1e-14 * expected)
    }

    /// 0-1 loss ≤ ρ-margin loss ≤ ρ-calibrated log-loss (Figure 1).
    @Test func theLossesBoundEachOther() {
        for rho in [0, 1e-8, 0.01, 0.5, 1, 4, 100] {
            for margin in stride(from: -6.0, through: 6, by: 0.037) + [0, rho, rho / 2] {
                let step = MarginLoss.rhoMargin(margin, rho: 0)
                let hinge = MarginLoss.rhoMargin(margin, rho: rho)
                #expect(step <= hinge && hinge <= MarginLoss.calibratedLog(margin, rho: rho), "margin \(margin), rho \(rho)")
            }
        }
    }
}
