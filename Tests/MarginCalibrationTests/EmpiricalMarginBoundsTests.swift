import MarginCalibration
import Randomness
import TestSupport
import Testing

struct EmpiricalMarginBoundsTests {
    /// Four pixels of two classes with ρ_01 = 2, ρ_10 = 4 and no offsets for class 0, by hand.
    @Test func sumsFollowEquations6To8() throws {
        var bounds = EmpiricalMarginBounds(offsets: try MarginOffsets(rho0k: [0, 2], rhoK0: [0, 4]))
        try bounds.add(margins: [3, -3], label: 0)  // right and far: no loss
        try bounds.add(margins: [1, -1], label: 0)  // right, within ρ_01: ½
        try bounds.add(margins: [-3, 3], label: 1)  // right, within ρ_10: ¼
        try bounds.add(margins: [1, -1], label: 1)  // wrong: 1, and 1 for class 0
        #expect(bounds.total == 4)
        #expect(bounds.lossK0 == [0, 1.25 / 4])
        #expect(bounds.loss0k == [0.25, 0.5 / 4])
        #expect(bounds.iouLowerBound == [2.0 / 3, 0.75 / 2.5])
        #expect(bounds.empiricalIoU == [2.0 / 3, 0.5])
        #expect(bounds.miouLowerBound == (2.0 / 3 + 0.3) / 2)
        #expect(bounds.empiricalMIoU == (2.0 / 3 + 0.5) / 2)
    }

    @Test func aClassThatNobodyHasOrPredictsScoresOne() throws {
        var bounds = EmpiricalMarginBounds(offsets: try MarginOffsets(rho0k: [1, 1, 1], rhoK0: [1, 1, 1]))
        try bounds.add(margins: [5, -5, -9], label: 0)
        #expect(bounds.iouLowerBound == [1, 1, 1])
        #expect(bounds.empiricalIoU == [1, 1, 1])
    }

    @Test func withoutPixelsNothingIsDefined() throws {
        let bounds = EmpiricalMarginBounds(offsets: try MarginOffsets(rho0k: [1, 1], rhoK0: [1, 1]))
        #expect(bounds.miouLowerBound.isNaN && bounds.empiricalMIoU.isNaN && bounds.lossK0[0].isNaN)
    }

    @Test func planesGiveTheSameAsPixels() throws {
        let offsets = try MarginOffsets(rho0k: [0.5, 1, 2], rhoK0: [0.1, 0.2, 0.3])
        let pixels: [[Double]] = [[1, -1, -2], [-0.5, 0.5, -0.5], [0, 0, -1], [-3, -2, 2]]
        let labels: [UInt8] = [0, 2, 255, 1]
        var one = EmpiricalMarginBounds(offsets: offsets)
        for (margins, label) in zip(pixels, labels) where label != 255 { try one.add(margins: margins, label: label) }
        var all = EmpiricalMarginBounds(offsets: offsets)
        let planes = (0..<3).flatMap { index in pixels.map { Float($0[index]) } }
        try all.add(marginPlanes: planes, labels: labels, ignoring: 255)
        #expect(all.total == 3)
        #expect(all.lossK0 == one.lossK0 && all.loss0k == one.loss0k)
        #expect(all.empiricalIoU == one.empiricalIoU)
    }

    @Test func badInputIsRefusedWhole() throws {
        var bounds = EmpiricalMarginBounds(offsets: try MarginOffsets(rho0k: [1, 1], rhoK0: [1, 1]))
        let notANumber = #expect(throws: MarginNotANumber.self) {
            try bounds.add(marginPlanes: [1, .nan, -1, 1], labels: [0, 1])
        }
        #expect(
            notANumber?.description
                == "the margin of class number 0 (counted from 0) at pixel 1 is not a number: expected finite scores from the model"
        )
        #expect(throws: LabelDistributionError.labelOutside(value: 7, count: 1, firstPosition: 1, classCount: 2)) {
            try bounds.add(marginPlanes: [1, 1, -1, -1], labels: [0, 7])
        }
        #expect(throws: MarginNotANumber.self) { try bounds.add(margins: [.nan, 0], label: 0) }
        #expect(bounds.total == 0)
    }

    @Test(arguments: 0..<40)
    func theBoundNeverExceedsTheScore(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let c = Int.random(in: 2...5, using: &generator)
        func draw(_ range: ClosedRange<Double>) -> [Double] { (0..<c).map { _ in Double.random(in: range, using: &generator) } }
        let offsets = try MarginOffsets(
            rho0k: draw(0...3).map { $0 < 0.5 ? 0 : $0 }, rhoK0: draw(0...3).map { $0 < 0.5 ? 0 : $0 })
        var bounds = EmpiricalMarginBounds(offsets: offsets)
        for _ in 0..<300 {
            let label = Int.random(in: 0..<c, using: &generator)
            var scores = draw(-2...2)
            scores[label] += 1.5
            if Bool.random(using: &generator) { scores = scores.map { $0.rounded() } }  // ties
            try bounds.add(margins: margins(ofScores: scores), label: UInt8(label))
        }
        for (bound, score) in zip(bounds.iouLowerBound, bounds.empiricalIoU) { #expect(bound <= score) }
        #expect(bounds.miouLowerBound <= bounds.empiricalMIoU)
    }
}
