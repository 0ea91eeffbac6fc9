import Testing

@testable import SegInference

@Suite struct DecisionTests {
    @Test(
        arguments: [
            (Decision.argmax, [0, 1, 2, 0], nil), (.offsets([0, 0, 0]), [0, 1, 2, 0], "decision by offsets 0.0, 0.0, 0.0"),
            (.offsets([0, 1, 0]), [0, 1, 1, 1], "decision by offsets 0.0, 1.0, 0.0"),
            (.offsets([0, -0.50004, 0.25]), [0, 2, 2, 2], "decision by offsets 0.0, -0.5, 0.25"),
        ] as [(Decision, [UInt8], String?)])
    func theLargestIsTheClassTheFirstOfEquals(_ decision: Decision, classes: [UInt8], words: String?) {
        // Four pixels: 1 0 0 | 0 0.5 0 | 0 0 1 | 0 0 0.
        let scores: [Float] = [1, 0, 0, 0, 0, 0.5, 0, 0, 0.75, 0, 1, 0]
        #expect(decision.classes(of: scores, pixels: 4) == classes)
        #expect(decision.words == words)
    }

    /// Scores come to their classes part by part.
    @Test func manyPixelsAreDecidedAsOne() {
        let pixels = 70_001
        let scores = (0..<3 * pixels).map { Float(($0 * 7919) % 1013) }
        let classes = Decision.offsets([0, 3, -5]).classes(of: scores, pixels: pixels)
        let expected = (0..<pixels).map { pixel -> UInt8 in
            let values = [scores[pixel], scores[pixels + pixel] + 3, scores[2 * pixels + pixel] - 5]
            return UInt8(values.firstIndex(of: values.max() ?? 0) ?? 0)
        }
        #expect(classes == expected)
        #expect(Decision.argmax.classes(of: [], pixels: 0).isEmpty)
    }
}
