import Testing

import Randomness
@testable import Sampling

struct PercentilesTests {
    @Test(arguments: [
        ([3, 1, 2] as [Float], [0, 50, 100], [1, 2, 3] as [Float]),
        ([4], [0, 99], [4, 4]),
        ([1, 2, 3, 4], [25, 90], [1.75, 3.7]),
        ([5, 5, 5, 5, 9], [10, 75, 100], [5, 5, 9]),
    ])
    func equalsNumPy(values: [Float], percents: [Double], expected: [Float]) {
        let found = Percentiles.of(values, at: percents)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(found)")
    }

    @Test func equalsSorting() {
        var generator = SeededGenerator(seed: 1)
        for count in [2, 3, 10, 101, 1000] {
            let values = (0..<count).map { _ in Float(generator.index(below: 50)) }
            let sorted = values.sorted()
            let percents = [0, 0.5, 33, 50, 99.5, 100]
            let expected = percents.map { percent in
                let rank = percent / 100 * Double(count - 1)
                let low = Int(rank)
                return sorted[low] + (sorted[min(count - 1, low + 1)] - sorted[low]) * Float(rank - Double(low))
            }
            #expect(Percentiles.of(values, at: percents) == expected)
        }
    }
}
