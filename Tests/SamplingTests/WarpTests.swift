import Testing

import Randomness
@testable import Sampling

struct WarpTests {
    /// A square of class 1 and intensity 1 off the middle.
    private static func sample(_ side: Int = 21) -> Sample {
        let size = GridSize(height: side, width: side)
        let labels = (0..<size.count).map { index -> UInt8 in
            let (row, column) = (index / side, index % side)
            return (4..<12).contains(row) && (9..<17).contains(column) ? 1 : 0
        }
        return Sample(
            id: SampleID(caseID: "c", plane: 0), image: labels.map { Float($0) } + labels.map { 3 - Float($0) }, labels: labels,
            channels: 2, size: size, sourceSize: size)
    }

    private static func warped(_ warp: Warp, seed: UInt64 = 1) throws -> Sample {
        try sample().changed(by: Augmentation(warp: warp), seed: seed)
    }

    @Test(arguments: [Warp.none, Warp(), Warp(probability: 0, rotation: 90, scale: 1, elastic: 5)])
    func noStrengthChangesNothing(warp: Warp) throws {
        #expect(try Self.warped(warp) == Self.sample())
    }

    @Test(
        arguments: [
            Warp(rotation: 40), Warp(scale: 0.4), Warp(elastic: 3, smoothness: 8), Warp(rotation: 20, scale: 0.3, elastic: 2),
        ],
        0..<8 as Range<UInt64>)
    func imageAndLabelsMoveTogether(warp: Warp, seed: UInt64) throws {
        let changed = try Self.warped(warp, seed: seed)
        #expect(changed != Self.sample())
        let count = changed.size.count
        for index in 0..<count where changed.labels[index] != LabelMap.ignored {
            let value = changed.image[index]
            // The nearest pixel's class weighs at least a quarter in the bilinear mean.
            #expect(changed.labels[index] == 1 ? value >= 0.25 - 1e-5 : value <= 0.75 + 1e-5, "\(index)")
            #expect(abs(3 - value - changed.image[count + index]) < 1e-5, "both channels move alike")
        }
        #expect(changed.labels.contains(1))
    }

    @Test func aQuarterTurnIsExact() {
        // Angles are uniform in ±180°: this asks for the geometry itself.
        let side = 5
        let size = GridSize(height: side, width: side)
        let plane = (0..<25).map { Float($0) }
        let middle = Double(side - 1) / 2
        let places = (0..<25).map { index in
            let (y, x) = (Double(index / side) - middle, Double(index % side) - middle)
            return SIMD3(0, -x + middle, y + middle)
        }
        let sampler = GridSampler(size: size, places: places)
        let expected = (0..<25).map { index in plane[(side - 1 - index % side) * side + index / side] }
        #expect(sampler.linear(plane, outside: -1) == expected)
        #expect(sampler.nearest(plane, outside: -1) == expected)
    }

    @Test(
        arguments: [
            (0, 0.5, 0.5, 0), (-0.5, 0, 0, 0), (-0.51, 0, -1, -1), (0.25, 0.25, 0.75, 0), (1.5, 1, 3, 3), (0.5, 0.75, 1.75, 3),
            (0, 1.51, -1, -1),
        ] as [(Double, Double, Float, Float)])
    func placesBetweenPixels(row: Double, column: Double, bilinear: Float, nearest: Float) {
        let sampler = GridSampler(size: GridSize(height: 2, width: 2), places: [SIMD3(0, row, column)])
        #expect(sampler.linear([0, 1, 2, 3], outside: -1) == [bilinear])
        if row == 0, column == 0.5 {
            #expect(sampler.nearest([0, 1, 2, 3] as [Float], outside: -1) == [1], "halves go up")
        } else {
            #expect(sampler.nearest([0, 1, 2, 3] as [Float], outside: -1) == [nearest])
        }
    }

    @Test func whatComesFromOutsideIsIgnored() throws {
        // Half the size: a frame comes from outside.
        var found = false
        for seed in 0..<20 as Range<UInt64> {
            let changed = try Self.warped(Warp(scale: 1), seed: seed)
            let outside = changed.labels.indices.filter { changed.labels[$0] == LabelMap.ignored }
            found = found || !outside.isEmpty
            for index in outside { #expect((changed.image[index], changed.image[441 + index]) == (0, 2), "the least value") }
        }
        #expect(found)
    }

    /// A window in the middle of a level slope: what turns or shrinks into it is the slope, not a border.
    @Test(arguments: [Warp(rotation: 180), Warp(scale: 0.4), Warp(rotation: 45, scale: 0.3, elastic: 2, smoothness: 8)], 0..<6)
    func whatLiesAroundAWindowComesIn(warp: Warp, seed: Int) throws {
        for (size, window) in [
            (GridSize(height: 61, width: 63), GridBox([20..<35, 22..<41])),
            (GridSize([49, 51, 53]), GridBox([18..<29, 17..<31, 20..<33])),
        ] {
            func value(_ index: Int) -> Float {
                Float(index / size.planeCount) + 2 * Float(index / size.width % size.height) + 4 * Float(index % size.width)
            }
            let sample = Sample(
                id: SampleID(caseID: "c", plane: nil), image: (0..<size.count).map(value),
                labels: Array(repeating: 1, count: size.count), channels: 1, size: size, sourceSize: size)
            let augmentation = Augmentation(
                horizontalFlip: 0.5, verticalFlip: 0.5, depthFlip: size.dimensions == 3 ? 0.5 : nil, warp: warp)
            let changed = try sample.window(window, changed: augmentation, seed: UInt64(seed))
            #expect(changed.size == window.size && changed.labels.allSatisfy { $0 == 1 }, "nothing from outside")
            // The middle stays where it is, to a pixel where mirror images of an even number turn about it.
            let (planes, rows, columns) = (window.size.depth, window.size.height, window.size.width)
            let start = (planes / 2 * rows + rows / 2) * columns
            let middle = changed.image[start + columns / 2]
            let place = (window.front + planes / 2) * size.planeCount + (window.top + rows / 2) * size.width
            let there = value(place + window.left + columns / 2)
            // A shift is 3.47 standard deviations at most.
            #expect(abs(middle - there) <= 7 * Float(1 + 3.5 * warp.elastic), "\(middle) \(there)")
            // Linear interpolation keeps the slope of a slope.
            guard warp.elastic == 0 else { continue }
            let steps = (0..<columns - 1).map { changed.image[start + $0 + 1] - changed.image[start + $0] }
            #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-3 }, "\(steps)")
        }
    }

    /// A turn and a scale come by chances of their own.
    @Test func turnsAndScalesHaveProbabilities() throws {
        let turned = Warp(rotation: .random(RandomRotation(probability: 0.2, degrees: 30)))
        let scaled = Warp(scale: .random(RandomFactor(probability: 0.3, factor: [0.7, 1.4])))
        for (warp, share) in [(turned, 0.2), (scaled, 0.3)] {
            var (changed, larger) = (0, 0)
            for seed in 0..<2000 as Range<UInt64> {
                var generator = SeededGenerator(seed: seed)
                guard let map = warp.drawn(for: GridSize([20, 20, 20]), generator: &generator) else { continue }
                changed += 1
                let magnification = 1 / (map.turn.0 * map.turn.0).sum().squareRoot()
                #expect((0.7 - 1e-9...1.4 + 1e-9).contains(magnification))
                if magnification > 1 + 1e-9 { larger += 1 }
            }
            #expect(abs(Double(changed) - 2000 * share) < 5 * (2000 * share * (1 - share)).squareRoot())
            #expect(share == 0.2 ? larger == 0 : abs(larger * 2 - changed) < 130, "above and below 1 alike")
        }
    }

    /// The spline's weights add up to 1, so equal control points move everything by the same.
    @Test func theFieldIsSmoothAndOfItsStrength() {
        let size = GridSize(height: 64, width: 64)
        var generator = SeededGenerator(seed: 3)
        let field = DisplacementField(size, spacing: 8, deviation: 4, &generator)
        let shifts: [Double] = (0..<4096).map { field.at(plane: 0, row: $0 / 64, column: $0 % 64).y }
        // A cubic B-spline's weights have the mean square (2/3)² + 2·(1/6)² = ½ at the knots and less between, in each direction.
        let squares: Double = shifts.reduce(0) { $0 + $1 * $1 }
        let deviation = (squares / Double(shifts.count)).squareRoot()
        #expect((1.2...2.8).contains(deviation), "\(deviation)")
        for row in 0..<64 {
            for column in 1..<64 { #expect(abs(shifts[row * 64 + column] - shifts[row * 64 + column - 1]) < 2) }
        }
    }
}
