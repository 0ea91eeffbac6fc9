import MarginCalibration
import Randomness
import TestSupport
import Testing

struct ClassMarginsTests {
    /// Against Eq. 4, pixel by pixel.
    @Test(arguments: [2, 3, 5])
    func gathersTheMarginsOfEquation4(classes: Int) {
        var generator = SeededGenerator(seed: UInt64(classes))
        let pixels = 200
        let scores = (0..<classes * pixels).map { _ in Float.random(in: -8...8, using: &generator) }
        let labels = (0..<pixels).map { $0 % 7 == 0 ? UInt8(255) : UInt8($0 % classes) }
        var found = ClassMargins(classCount: classes)
        found.add(scores: scores, labels: labels, ignoring: 255)
        var own = Array(repeating: MarginHistogram(), count: classes), others = own
        for pixel in 0..<pixels where labels[pixel] != 255 {
            let expected = margins(ofScores: (0..<classes).map { Double(scores[$0 * pixels + pixel]) })
            for k in 0..<classes {
                if k == labels[pixel] { own[k].add(Float(expected[k])) } else { others[k].add(Float(expected[k])) }
            }
        }
        for k in 0..<classes {
            #expect(found.own[k].counts == own[k].counts, "class \(k)")
            #expect(found.others[k].counts == others[k].counts, "class \(k)")
            #expect(abs(found.own[k].sum - own[k].sum) < 1e-3)
        }
    }

    @Test func tiesHaveNoMargin() {
        var margins = ClassMargins(classCount: 2)
        margins.add(scores: [1, 1], labels: [0])
        #expect((margins.own[0].minimum, margins.others[1].maximum) == (0, 0))
    }

    @Test func aStrideTakesEverySoManyPixels() {
        var all = ClassMargins(classCount: 2), some = all
        let scores: [Float] = [0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0]
        all.add(scores: [0, 3, 6, 0, 0, 0], labels: [0, 0, 0])
        some.add(scores: scores, labels: [0, 1, 1, 0, 1, 1, 0], stride: 3)
        #expect(some == all)
    }

    @Test func scoresThatAreNoNumbersAreCountedApart() {
        var margins = ClassMargins(classCount: 2)
        margins.add(scores: [.nan, 1], labels: [0])
        #expect((margins.own[0].total, margins.own[0].notFinite) == (0, 1))
    }
}
