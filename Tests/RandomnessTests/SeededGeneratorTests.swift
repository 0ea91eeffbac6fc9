import Testing

import Randomness

struct SeededGeneratorTests {
    @Test func givesThePublishedNumbers() {
        var generator = SeededGenerator(seed: 1_234_567)
        let numbers = (0..<5).map { _ in generator.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ])
    }

    @Test func pathsNameDifferentStreams() {
        let paths = [[], [0], [1], [0, 0], [0, 1], [1, 0], [-1]]
        let starts = paths.map { path in
            var generator =
                switch path.count {
                case 0: SeededGenerator(seed: 9)
                case 1: SeededGenerator(seed: 9, path[0])
                default: SeededGenerator(seed: 9, path[0], path[1])
                }
            return generator.next()
        }
        #expect(Set(starts).count == paths.count)
    }

    @Test func drawsHaveTheirRangesAndMoments() {
        var generator = SeededGenerator(seed: 3)
        let count = 20_000
        let uniform = (0..<count).map { _ in generator.uniform(-2, 6) }
        #expect(uniform.allSatisfy { -2 <= $0 && $0 < 6 })
        #expect(abs(uniform.reduce(0, +) / Double(count) - 2) < 0.05)
        let bell = (0..<count).map { _ in generator.bell() }
        #expect(bell.allSatisfy { abs($0) < 3.47 })
        #expect(abs(bell.reduce(0, +) / Double(count)) < 0.03)
        #expect(abs(bell.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 0.03)
        let indices = (0..<count).map { _ in generator.index(below: 7) }
        #expect(Set(indices) == Set(0..<7))
        let length = { (d: (x: Double, y: Double)) in (d.x * d.x + d.y * d.y).squareRoot() }
        #expect((0..<100).allSatisfy { _ in abs(length(generator.direction()) - 1) < 1e-12 })
    }

    @Test func shuffleKeepsTheElements() {
        var generator = SeededGenerator(seed: 4)
        var numbers = Array(0..<50)
        generator.shuffle(&numbers)
        #expect(numbers != Array(0..<50))
        #expect(numbers.sorted() == Array(0..<50))
    }
}
