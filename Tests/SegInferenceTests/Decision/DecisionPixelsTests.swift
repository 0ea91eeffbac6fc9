import Testing

@testable import SegInference

@Suite struct DecisionPixelsTests {
    private func counts(_ rows: [[Int]]) -> [Double] { rows.flatMap { $0.map(Double.init) } }

    @Test(arguments: [2, 3, 5], [UInt64(1), 2])
    func nothingIsLostForOffsetsWithinTheBound(_ classCount: Int, _ seed: UInt64) throws {
        let random = RandomPixels(classCount: classCount, groups: 4, pixels: 200, steps: 1_048_576, spread: 14, seed: seed)
        let pixels = random.pixels(largestOffset: 2)
        let kept = pixels.groups.reduce(0) { $0 + $1.labels.count }
        #expect(kept > 0 && kept < random.groups.reduce(0) { $0 + $1.labels.count }, "some are certain")
        for sign in [1.0, -1] {
            for k in 1..<classCount {
                var offsets = [0] + Array(repeating: sign * 2, count: classCount - 1)
                offsets[k] *= -1
                #expect(try pixels.counts(of: pixels.groups, by: .offsets(offsets)) == counts(random.matrix(offsets).rows))
            }
        }
        #expect(
            try pixels.counts(of: pixels.groups, by: .argmax)
                == counts(random.matrix(Array(repeating: 0, count: classCount)).rows))
    }

    @Test func whatExceedsMemoryIsThinnedBySeed() throws {
        let random = RandomPixels(classCount: 2, groups: 5, pixels: 4000, steps: 64, spread: 4, seed: 3)
        let limit = 9 * 3000
        let pixels = random.pixels(limit: limit)
        let kept = pixels.groups.reduce(0) { $0 + $1.labels.count }
        #expect(pixels.thinning == 8 && kept <= 3000 && kept > 1500)
        let again = random.pixels(limit: limit)
        #expect(again.groups.map(\.scores) == pixels.groups.map(\.scores))
        for offsets in [[0, 0], [0, 1.0], [0, -1.0]] {
            let exact = try counts(random.matrix(offsets).rows)
            for (estimate, count) in zip(pixels.counts(of: pixels.groups, by: .offsets(offsets)), exact) {
                // Five deviations of a sum of coins.
                #expect(abs(estimate - count) < 5 * (7 * count).squareRoot(), "\(estimate), \(count)")
            }
        }
    }

    @Test func aGroupIsOneHoweverItsCasesCome() {
        var pixels = DecisionPixels(classCount: 2)
        for group in ["a", "b", "a"] { pixels.add(scores: [1, 0, 0, 1], labels: [0, 1], group: group) }
        #expect(pixels.groups.map(\.id) == ["a", "b"])
        #expect(pixels.groups.map(\.labels.count) == [4, 2])
    }
}
