import CaseTestSupport
import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

struct SampleStoreTests {
    private let recipe = Recipe(
        labels: LabelMap(identity: 2), normalization: .window(low: -1400, high: 100),
        fit: .resize(to: GridSize(height: 24, width: 20), by: .bilinear))

    private func samples(_ store: SampleStore) throws -> [Sample] {
        try (0..<store.count).map { try store.sample(at: $0).whole() }
    }

    /// Two volumes of two and three planes; two planes have no foreground.
    private func cases(_ folder: TemporaryFolder) throws -> [DataCase] {
        try [2, 3].map { depth in
            let extent = Extent(width: 4, height: 3, depth: depth)
            let labels = (0..<depth).flatMap { plane in (0..<12).map { UInt8(plane > 0 && $0 <= plane ? 1 : 0) } }
            try folder.write(.int16(labels.map { Int16($0) * 1000 - 900 }), extent, to: "i\(depth).nii.gz")
            try folder.write(.uint8(labels), extent, to: "l\(depth).nii.gz")
            return DataCase(
                id: "c\(depth)", group: "c\(depth)", image: ImageLocation(folder("i\(depth).nii.gz")),
                label: folder("l\(depth).nii.gz"))
        }
    }

    @Test func keepsAllPlanesInOrder() throws {
        let folder = try TemporaryFolder()
        let plan = try SamplePlan(cases(folder), recipe: recipe, workers: 2)
        #expect(plan.sampleCount == 5)
        #expect(plan.channels == 1)
        #expect(plan.estimatedBytes == 5 * 24 * 20 * 5)
        let store = try SampleStore(plan, workers: 3)
        #expect(
            try samples(store).map(\.id.description) == ["c2 plane 0", "c2 plane 1", "c3 plane 0", "c3 plane 1", "c3 plane 2"])
        #expect(try samples(store).allSatisfy { $0.image.count == 480 && $0.labels.count == 480 })
        #expect(store.labelDistribution.counts == [40 * (5 * 12 - 7), 40 * 7], "counted as training sees them")
        #expect(store.leftOut == 0)
        #expect(try samples(SampleStore(plan, workers: 1)) == samples(store))
        let image = try samples(store)[0].image
        #expect(image.allSatisfy { abs($0 - (500 / 1500 - 0.5)) < 1e-6 })
    }

    @Test func roundedLabelsAreNoted() throws {
        let folder = try TemporaryFolder()
        var cases = try cases(folder)
        #expect(try SampleStore(SamplePlan(cases, recipe: recipe)).labelNotes.lines.isEmpty)
        let extent = Extent(width: 4, height: 3, depth: 2)
        try folder.write(.float32((0..<24).map { $0 % 2 == 0 ? 0 : 0.9999999 }), extent, to: "l.nii.gz")
        cases[0] = DataCase(id: "c2", group: "c2", image: cases[0].image, label: folder("l.nii.gz"))
        let store = try SampleStore(SamplePlan(cases, recipe: recipe))
        #expect(store.labelNotes.lines == ["labels of 1 case (c2): values within 0.001 of whole numbers are rounded to them"])
    }

    @Test func planesThatDoNotFitLieOnDisk() throws {
        let folder = try TemporaryFolder()
        let plan = try SamplePlan(cases(folder), recipe: recipe)
        let inMemory = try SampleStore(plan, memory: plan.estimatedBytes)
        let onDisk = try SampleStore(plan, workers: 2, memory: plan.estimatedBytes - 1, scratch: folder.url)
        #expect((inMemory.isOnDisk, onDisk.isOnDisk) == (false, true))
        #expect(try samples(onDisk) == samples(inMemory))
        #expect(onDisk.labelDistribution == inMemory.labelDistribution)
        #expect(try FileSystem.list(folder.url).count == 4, "the file has no name")
        #expect(
            folder.message { _ = try SampleStore(plan, memory: 0, scratch: folder("no")) }
                == "DIR/no cannot take the planes that --memory does not hold (TMPDIR names another folder): No such file or directory"
        )
    }

    /// Header and contents of one file each are damaged.
    @Test func unreadableCasesAreSkippedAndCountedWhereThatIsAskedFor() throws {
        let folder = try TemporaryFolder()
        let good = try cases(folder)
        try folder.write("no image", to: "text.nii.gz")
        let whole = try Data(contentsOf: folder("i3.nii.gz"))
        try whole.dropLast(12).write(to: folder("cut.nii.gz"))
        let broken = [("text", "text.nii.gz"), ("cut", "cut.nii.gz")].map { id, name in
            DataCase(id: id, group: id, image: ImageLocation(folder(name)), label: good[1].label)
        }
        let skipping = try SamplePlan(broken + good, recipe: recipe, tolerance: .skipUnreadable)
        let store = try SampleStore(skipping)
        #expect(try samples(store) == samples(SampleStore(SamplePlan(good, recipe: recipe))))
        #expect(store.unreadable.map(\.id) == ["text", "cut"])
        #expect(store.unreadable.allSatisfy { $0.problem.hasPrefix(folder.url.path) })
        #expect(folder.message { _ = try SamplePlan(broken + good, recipe: recipe) }.hasPrefix("DIR/text.nii.gz"))
        #expect(
            folder.message { _ = try SamplePlan([broken[0]], recipe: recipe, tolerance: .skipUnreadable) }
                .hasPrefix("none of 1 case can be read; the first: DIR/text.nii.gz"))
        // What can be read and does not fit is no damage.
        let swapped = DataCase(id: "s", group: "s", image: good[0].image, label: good[1].label)
        #expect(
            folder.message { _ = try SamplePlan([swapped], recipe: recipe, tolerance: .skipUnreadable) }.hasPrefix(
                "DIR/l3.nii.gz: 4"))
    }

    @Test func keptCasesAreReadOnce() throws {
        let folder = try TemporaryFolder()
        let good = try cases(folder)
        // Room for the smaller of the two.
        let cache = try CaseCache(SamplePlan(good, recipe: recipe), memory: 24 * 5)
        let first = try (cache.prepared(at: 0).image.values, cache.prepared(at: 1).image)
        for name in ["i2.nii.gz", "i3.nii.gz"] { try FileManager.default.removeItem(at: folder(name)) }
        #expect(try cache.prepared(at: 0).image.values == first.0)
        #expect(folder.message { _ = try cache.prepared(at: 1) } == "DIR/i3.nii.gz cannot be read: no such file")
    }

    @Test func canLeaveOutEmptyPlanes() throws {
        let folder = try TemporaryFolder()
        let store = try SampleStore(SamplePlan(cases(folder), recipe: recipe), selection: .foregroundOnly)
        #expect(try samples(store).map(\.id.plane) == [1, 1, 2])
        #expect(store.leftOut == 2)
        #expect(store.labelDistribution.counts == [40 * (3 * 12 - 7), 40 * 7])
    }

    @Test func ignoredPixelsAreNotCounted() throws {
        let folder = try TemporaryFolder()
        var recipe = recipe
        recipe.labels = try LabelMap([1: 0], ignoring: [0])
        let plan = try SamplePlan(cases(folder), recipe: recipe)
        #expect(try SampleStore(plan).labelDistribution.counts == [40 * 7])
        #expect(
            message(of: { _ = try SampleStore(plan, selection: .foregroundOnly) })
                == "no plane with foreground in 2 cases; keep all planes, or check the label map")
    }

    @Test func cutsAlongOtherAxes() throws {
        let folder = try TemporaryFolder()
        var recipe = recipe
        recipe.plane = .sagittal
        let plan = try SamplePlan(cases(folder), recipe: recipe)
        #expect(plan.sampleCount == 8)
        #expect(try samples(SampleStore(plan)).map(\.sourceSize.height) == [2, 2, 2, 2, 3, 3, 3, 3])
    }

    @Test func refusesBeforeDecoding() throws {
        let folder = try TemporaryFolder()
        let good = try cases(folder)
        try PNG.write(rgb: (0..<36).map { UInt8($0) }, width: 4, height: 3, to: folder("rgb.png"))
        try folder.write(gray: Array(repeating: 0, count: 12), width: 4, to: "mask.png")
        let bare = DataCase(id: "bare", group: "bare", image: good[0].image, label: nil)
        #expect(
            folder.message { _ = try SamplePlan([good[0], bare], recipe: recipe) }
                == "DIR/i2.nii.gz: this image has no label, and one is needed here; add it to the data set")
        let colour = DataCase(id: "rgb", group: "rgb", image: ImageLocation(folder("rgb.png")), label: folder("mask.png"))
        #expect(
            folder.message { _ = try SamplePlan([good[0], colour], recipe: recipe) }
                == "DIR/rgb.png: 3 channels, expected 1 as in DIR/i2.nii.gz; a network takes one number of channels")
        let swapped = DataCase(id: "s", group: "s", image: good[0].image, label: good[1].label)
        #expect(
            folder.message { _ = try SamplePlan([good[0], swapped], recipe: recipe) }
                == "DIR/l3.nii.gz: 4×3×3 voxels, but its image DIR/i2.nii.gz has 4×3×2; "
                + "give the label that was drawn on this image")
    }
}
