import DataSets
import Foundation
import MedicalImages
import Randomness
import RunTestSupport
import Sampling
import SegConfiguration
import TestSupport
import Testing
import Torch

@testable import SegInference

/// A volume that is scored in parts gives what it gives at once.
@Suite struct ScoredPartsTests {
    /// Two channels: the image, and what is left of it.
    private struct Levels: Inferer {
        let channelCount = 1
        let classCount = 3
        let parameterCount = 0

        func scores(of images: Tensor) throws -> Tensor {
            try .concatenated([images * 0, images, images * images - 1], 1)
        }

        func bytes(count: Int, size: GridSize) -> Int? { 0 }
    }

    private static let volume = Extent(width: 13, height: 11, depth: 9)

    private func prepared(_ fit: GridFit, spacing: GridSpacing?, in folder: URL) throws -> (PreparedCase, RunConfiguration) {
        var generator = SeededGenerator(seed: 5)
        let values = (0..<Self.volume.voxelCount).map { _ in Float(generator.uniform(-2, 2)) }
        let file = folder.appending(path: "a.nii")
        try NIfTI.write(
            .float32(values), extent: Self.volume, geometry: VoxelGeometry(spacing: [1, 1.5, 2]), to: file)
        var configuration = try TinyRun.configuration()
        configuration.input.fit = fit
        configuration.input.spacing = spacing
        configuration.input.normalization = .range(low: 0, high: 1)
        configuration.input.plane = .file
        configuration.network.dimensions = 3
        configuration.network.architecture = .unet
        let reader = try CaseReader(configuration.recipe, channels: 1)
        return (try reader.read(.init(id: "a", group: "a", image: ImageLocation(file), label: nil)), configuration)
    }

    private static let ways: [(fit: GridFit, spacing: GridSpacing?)] = [
        (.crop(to: GridSize([4, 4, 4]), foreground: 0), nil), (.crop(to: GridSize([12, 4, 16]), foreground: 0), nil),
        (.pad(to: GridSize([10, 12, 14])), nil), (.resize(to: GridSize([14, 8, 16]), by: .bilinear), nil),
        (.crop(to: GridSize([4, 4, 4]), foreground: 0), GridSpacing(planes: 1, rows: 1, columns: 1)),
        (.crop(to: GridSize([4, 24, 4]), foreground: 0), GridSpacing(planes: 3.3, rows: 2, columns: 2.5)),
        (.resize(to: GridSize([8, 8, 8]), by: .bilinear), GridSpacing(planes: 3, rows: 2, columns: 2)),
    ]

    @Test(arguments: ways.indices, [GridSize([4, 4, 4]), GridSize([16, 5, 7]), GridSize([3, 20, 6])])
    func labelsAreThoseOfTheWhole(_ way: Int, _ window: GridSize) throws {
        try withTemporaryFolder { folder in
            let (prepared, configuration) = try prepared(Self.ways[way].fit, spacing: Self.ways[way].spacing, in: folder)
            let whole = try SegmentationModel(Levels(), configuration: configuration)
            let parts = try SegmentationModel(SlidingWindow(Levels(), window: window, step: 0.4), configuration: configuration)
            var (scores, steps, lasts) = ([Float](), [Int](), 0)
            _ = try whole.predict(prepared, collect: { scores = try $0.nativeScores()[0] })
            let size = prepared.route.native
            var found = [Float](repeating: .nan, count: scores.count)
            let labels = try parts.predict(
                prepared, onStep: { done, _ in steps.append(done) },
                collect: { part in
                    lasts += part.isLast ? 1 : 0
                    guard let box = part.nativeBox else { return }
                    let values = try part.nativeScores()[0]
                    for k in 0..<3 {
                        box.put(
                            Array(values[k * box.size.count..<(k + 1) * box.size.count]), into: &found, of: size,
                            from: k * size.count)
                    }
                })
            #expect(lasts == 1 && steps == Array(1...steps.count))
            let worst = zip(found, scores).map { abs($0 - $1) }.max() ?? 0
            #expect(worst < 1e-5, "differs by \(worst)")
            let expected = (0..<size.count).map { pixel in
                UInt8((0..<3).max { (found[$0 * size.count + pixel], $1) < (found[$1 * size.count + pixel], $0) } ?? 0)
            }
            #expect(labels == expected)
        }
    }

    /// Scores that are brought back where they are, by libtorch's operations, give the labels of those that the host brings back. Sums
    /// are in single precision there, so that scores which are almost equal may change places.
    @Test(arguments: ways.indices, [GridSize([4, 4, 4]), GridSize([16, 5, 7])])
    func labelsAreThoseOfTheHost(_ way: Int, _ window: GridSize) throws {
        try withTemporaryFolder { folder in
            let (prepared, configuration) = try prepared(Self.ways[way].fit, spacing: Self.ways[way].spacing, in: folder)
            guard prepared.route.interpolates else { return }
            for inferer in [Levels() as any Inferer, SlidingWindow(Levels(), window: window, step: 0.4)] {
                let model = try SegmentationModel(inferer, configuration: configuration)
                var (all, others) = (0, 0)
                _ = try model.predict(
                    prepared,
                    collect: { part in
                        for decision in [Decision.argmax, .offsets([0, 0.3, -0.2])] {
                            let (host, device) = try (
                                part.nativeClasses(by: decision)[0], part.classesWhereScoresAre(by: decision)[0]
                            )
                            #expect(device.count == host.count)
                            all += host.count
                            others += zip(host, device).count { $0 != $1 }
                        }
                    })
                #expect(all == 2 * prepared.route.native.count && others <= all / 500, "\(others) of \(all)")
            }
        }
    }

    /// Boxes of an input are cut from it.
    @Test(arguments: ways.indices)
    func inputsAreReadBoxByBox(_ way: Int) throws {
        try withTemporaryFolder { folder in
            let (prepared, _) = try prepared(Self.ways[way].fit, spacing: Self.ways[way].spacing, in: folder)
            let input = prepared.input(0)
            for box in [[0..<2, 1..<7, 3..<4], input.size.lengths.map { 1..<$0 }] {
                #expect(input.values(in: box) == GridBox(box).cut(input.whole, of: input.size))
            }
        }
    }

    /// Far less is begun at once than the volume has, and most of it along its longest axis.
    @Test func fewSumsAreBegunAtOnce() {
        let window = GridSize([8, 8, 8])
        let places = WindowPlaces(in: [40, 100, 60], window: window, step: 0.5)
        #expect(places.count == 9 * 24 * 14)
        // Half a window of the plane across the longest axis, and half a row of windows.
        #expect(places.mostUndone == 4 * 40 * 60 + 4 * 8 * 40 + 4 * 40 * 4 - 4 * 4 * 40)
        var covered = [Int: Int]()
        for stop in places.stops { for part in stop.done { covered[part.box.reduce(1) { $0 * $1.count }, default: 0] += 1 } }
        #expect(covered.reduce(0) { $0 + $1.key * $1.value } == 40 * 100 * 60)
    }
}
