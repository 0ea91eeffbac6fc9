import CaseTestSupport
import MedicalImages
import Testing

@testable import DataSets
import Randomness
@testable import Sampling

/// Volumes as samples: what planes can do, along one axis more.
struct VolumeSampleTests {
    private static let size = GridSize([5, 6, 7])
    /// Rises along each axis by its own step.
    private static let ramp = (0..<size.count).map { index -> Float in
        let (plane, row, column) = (index / 42, index / 7 % 6, index % 7)
        return Float(100 * plane + 10 * row + column)
    }

    private static func sample(_ labels: [Int: UInt8] = [:]) -> Sample {
        var all = [UInt8](repeating: 0, count: size.count)
        for (place, label) in labels { all[place] = label }
        return Sample(
            id: SampleID(caseID: "c", plane: nil), image: ramp + ramp.map { -$0 }, labels: all, channels: 2, size: size,
            sourceSize: size)
    }

    private static func recipe(_ fit: GridFit, spacing: GridSpacing? = nil) -> Recipe {
        Recipe(labels: LabelMap(identity: 3), normalization: .zScore, spacing: spacing, fit: fit)
    }

    // MARK: Sizes

    @Test(arguments: [
        GridFit.pad(to: GridSize([8, 6, 9])), .crop(to: GridSize([2, 8, 3]), foreground: 0),
        .resize(to: GridSize([10, 12, 14]), by: .bilinear),
    ])
    func whatIsFittedComesBack(_ fit: GridFit) throws {
        let fitted = fit.apply(to: Self.ramp, of: Self.size)
        #expect(fitted.count == fit.inputSize(of: Self.size).count)
        let back = fit.restore(fitted, to: Self.size)
        let inner = Self.ramp.indices.filter { index -> Bool in
            let (plane, row, column) = (index / 42, index / 7 % 6, index % 7)
            return (1..<4).contains(plane) && (1..<5).contains(row) && (1..<6).contains(column)
        }
        #expect(inner.allSatisfy { abs(back[$0] - Self.ramp[$0]) < 1e-3 })
        let labels = Self.ramp.map { UInt8(Int($0) % 3) }
        let framed = fit.apply(toLabels: labels, of: Self.size)
        #expect(fit.restore(labels: framed, to: Self.size) == labels)
        if case .resize = fit { return }
        #expect(framed.count { $0 == LabelMap.ignored } == framed.count - labels.count)
    }

    /// A volume of one plane is that plane, to the bit.
    @Test(arguments: [ResamplingFilter.nearest, .linear, .cubic])
    func aVolumeOfOnePlaneIsThePlane(_ filter: ResamplingFilter) {
        let plane = Array(Self.ramp[..<42])
        #expect(
            GridResampling.resize(plane, from: GridSize([1, 6, 7]), to: GridSize([1, 4, 9]), filter)
                == GridResampling.resize(
                    plane, from: GridSize(height: 6, width: 7), to: GridSize(height: 4, width: 9), filter))
    }

    /// Between planes that lie far apart nothing is interpolated.
    @Test(arguments: [(3.0, false), (3.1, true)])
    func coarseAxesAreResampledByThemselves(_ between: Double, _ isNearest: Bool) throws {
        let geometry = VoxelGeometry(spacing: [1, 1, between])
        let recipe = Self.recipe(
            .crop(to: GridSize([2, 2, 2]), foreground: 0), spacing: GridSpacing(planes: between / 2, rows: 1, columns: 1))
        let extent = Extent(width: 7, height: 6, depth: 5)
        let grid = try recipe.grid(of: extent, geometry, path: "f")
        #expect(grid.sampleCount == 1 && grid.route.native == Self.size && grid.route.inputSize == GridSize([10, 6, 7]))
        let input = grid.route.apply(toPlanes: (0..<5).map { Array(Self.ramp[$0 * 42..<($0 + 1) * 42]) })
        let values = Set((0..<10).map { input[$0 * 42] })
        #expect((values == [0, 100, 200, 300, 400]) == isNearest, "\(values)")
        #expect(grid.route.restore(input).count == Self.size.count)
    }

    @Test func spacingAndSizeHaveEqualDimensions() {
        let flat = Self.recipe(.pad(to: Self.size), spacing: GridSpacing(rows: 1, columns: 1))
        #expect(
            message(of: { try flat.validate() })
                == "spacing: [1.0, 1.0]; expected [planes, rows, columns], as of the size")
    }

    @Test func aVolumeThatIsTooLargeIsNamed() {
        let recipe = Self.recipe(.pad(to: GridSize([4, 8, 8])))
        #expect(
            message(of: { _ = try recipe.grid(of: Extent(width: 7, height: 6, depth: 5), nil, path: "f.nii") })
                == "f.nii: a volume of 5×6×7 (planes × rows × columns) does not fit into 4×8×8 (planes × rows × columns); pad to "
                + "at least that size, or resize")
    }

    // MARK: Cases

    /// A case is one sample, and its labels are counted as training sees them.
    @Test func aCaseIsOneSample() throws {
        let folder = try TemporaryFolder()
        let extent = Extent(width: 7, height: 6, depth: 5)
        let cases = try (0..<2).map { number in
            let labels = (0..<extent.voxelCount).map { UInt8(($0 * 7 + number) % 11 == 0 ? 1 : 0) }
            try folder.write(.int16((0..<extent.voxelCount).map { Int16($0) }), extent, to: "i\(number).nii")
            try folder.write(.uint8(labels), extent, to: "l\(number).nii")
            return DataCase(
                id: "\(number)", group: "\(number)", image: ImageLocation(folder("i\(number).nii")),
                label: folder("l\(number).nii"))
        }
        let recipe = Self.recipe(.crop(to: GridSize([3, 4, 4]), foreground: 0.5))
        let store = try SampleStore(SamplePlan(cases, recipe: recipe))
        #expect(store.count == 2)
        let sample = try store.sample(at: 1).whole()
        #expect(sample.id.description == "1" && sample.size == Self.size && sample.image.count == Self.size.count)
        #expect(try LabelStatistics(counting: cases, recipe: recipe, selection: .all).labels == store.labelDistribution)
        let transform = try SampleTransform(.none, recipe: recipe, channels: 1)
        let loader = BatchLoader(store, batchSize: 2, order: .sequential, transform: transform)
        let batch = try #require(try loader.epoch(0).next())
        #expect(batch.size == GridSize([3, 4, 4]) && batch.images.count == 2 * 48 && batch.labels.count == 2 * 48)
    }

    // MARK: Windows

    @Test(arguments: [GridSize([2, 3, 3]), GridSize([5, 6, 7]), GridSize([1, 1, 1]), GridSize([5, 2, 7])], [0, 0.4, 1])
    func theExpectationIsTheMeanOverAllWindows(_ window: GridSize, _ foreground: Double) throws {
        for about in GridFit.Focus.allCases { try expectation(window, foreground, about) }
    }

    private func expectation(_ window: GridSize, _ foreground: Double, _ focus: GridFit.Focus) throws {
        let sample = Self.sample([0: 1, 61: 2, 62: 2, 150: 1, 209: 2, 30: 255])
        let crop = try #require(RandomCrop(Self.recipe(.crop(to: window, foreground: foreground, about: focus))))
        func counts(_ box: GridBox) -> [Double] {
            let labels = box.cut(sample.labels, of: Self.size)
            return (0..<3).map { label in Double(labels.count { $0 == UInt8(label) }) }
        }
        var anywhere: [[Double]] = []
        for front in 0...5 - window.depth {
            for top in 0...6 - window.height {
                for left in 0...7 - window.width {
                    anywhere.append(counts(GridBox(window, front: front, top: top, left: left)))
                }
            }
        }
        func about(_ places: [Int]) -> [Double] { mean(places.map { counts(crop.window(about: $0, in: Self.size)) }) }
        func mean(_ rows: [[Double]]) -> [Double] { (0..<3).map { k in rows.reduce(0) { $0 + $1[k] } / Double(rows.count) } }
        let near = focus == .pixel ? about([0, 61, 62, 150, 209]) : mean([about([0, 150]), about([61, 62, 209])])
        let expected = zip(mean(anywhere), near).map { (1 - foreground) * $0 + foreground * $1 }
        let found = crop.expectedPixels(
            of: sample.labels, size: Self.size, labelCount: 3, classOfLabel: (0...255).map { $0 == 1 || $0 == 2 ? $0 : nil })
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found) \(expected)")
    }

    @Test func windowsAreCutFromImageAndLabelsAlike() throws {
        let crop = try #require(RandomCrop(Self.recipe(.crop(to: GridSize([2, 3, 3]), foreground: 1))))
        var corners: Set<Float> = []
        for seed in 0..<60 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let window = try Self.sample([130: 1]).cut(by: crop, generator: &generator)
            corners.insert(window.image[0])
            #expect(window.labels.contains(1) && window.image[18] == -window.image[0])
            #expect(window.image[9] == window.image[0] + 100 && window.image[3] == window.image[0] + 10)
        }
        #expect(corners.count == 1, "one foreground voxel places every window")
    }

    // MARK: Augmentation

    private func changed(_ augmentation: Augmentation) throws -> Sample {
        try Self.sample([100: 1]).changed(by: augmentation, normalization: .zScore)
    }

    @Test func everyAxisCanBeTurnedRound() throws {
        let reversed = try changed(Augmentation(horizontalFlip: 1, verticalFlip: 1, depthFlip: 1))
        #expect(Array(reversed.image[..<Self.size.count]) == Self.ramp.reversed())
        #expect(reversed.labels[Self.size.count - 1 - 100] == 1)
        let deep = try changed(Augmentation(depthFlip: 1))
        #expect((0..<5).map { deep.image[$0 * 42] } == [400, 300, 200, 100, 0])
        #expect(
            message(of: { try Augmentation(depthFlip: 0.5).check(channels: 1, dimensions: 2, normalization: .zScore) })
                == "augmentation depth_flip: planes; expected volumes, which networks of 3 dimensions see; planes have no depth")
    }

    /// Linear interpolation keeps a ramp a ramp: a turned and magnified one has the same slope length along every axis.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func volumesTurnAboutEveryAxis(seed: UInt64) throws {
        let size = GridSize([21, 21, 21])
        let image = (0..<size.count).map { Float($0 / 441) }
        let upright = Sample(
            id: SampleID(caseID: "c", plane: nil), image: image, labels: [UInt8](repeating: 1, count: size.count), channels: 1,
            size: size, sourceSize: size)
        let sample = try upright.changed(by: Augmentation(warp: Warp(rotation: 20)), seed: seed)
        let middle = 10 * 441 + 10 * 21 + 10
        let slopes = [441, 21, 1].map { sample.image[middle + $0] - sample.image[middle] }
        let length = slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(length - 1) < 1e-3 && abs(sample.image[middle] - 10) < 1e-4, "\(slopes)")
        #expect(abs(slopes[1]) > 1e-3 && abs(slopes[2]) > 1e-3, "tilted about both axes in the plane: \(slopes)")
    }

    @Test func aSlabTurnsWithinItsPlanes() throws {
        let size = GridSize([3, 15, 15])
        let image = (0..<size.count).map { Float($0 / 225) }
        let upright = Sample(
            id: SampleID(caseID: "c", plane: nil), image: image, labels: [UInt8](repeating: 1, count: size.count), channels: 1,
            size: size, sourceSize: size)
        let sample = try upright.changed(by: Augmentation(warp: Warp(rotation: 90)), seed: 2)
        let middle = (0..<3).map { sample.image[$0 * 225 + 112] }
        #expect(zip(middle, [0, 1, 2]).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func theFieldMovesVolumesSmoothly() {
        var generator = SeededGenerator(seed: 3)
        let field = DisplacementField(GridSize([24, 24, 24]), spacing: 8, deviation: 4, &generator)
        var largest = 0.0
        for place in 0..<23 {
            let (a, b) = (field.at(plane: place, row: 5, column: 9), field.at(plane: place + 1, row: 5, column: 9))
            let step = a - b
            largest = max(largest, abs(step.x), abs(step.y), abs(step.z))
            #expect(a.x != 0 && a.y != 0 && a.z != 0)
        }
        #expect(largest > 0 && largest < 2)
    }

    /// A blurred spot is as wide along each axis.
    @Test func blurSpreadsAlongEveryAxis() {
        let size = GridSize([9, 9, 9])
        var spot = [Float](repeating: 0, count: size.count)
        spot[4 * 81 + 4 * 9 + 4] = 1
        let blurred = GaussianBlur.blurred(spot, size: size, sigma: 1)
        let middle = 4 * 81 + 4 * 9 + 4
        #expect(Set([81, 9, 1].map { blurred[middle + $0] }).count == 1)
        #expect(abs(blurred.reduce(0, +) - 1) < 1e-3 && blurred[middle] < 0.07)
    }
}
