import CaseTestSupport
import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

struct LabelStatisticsTests {
    private func recipe(
        _ fit: GridFit = .resize(to: GridSize(height: 5, width: 7), by: .bicubic),
        plane: AnatomicalPlane = .axial
    )
        -> Recipe
    {
        Recipe(labels: LabelMap(identity: 3), normalization: .zScore, fit: fit, plane: plane)
    }

    /// Two volumes, the second with a plane of background alone.
    private func cases(_ folder: TemporaryFolder) throws -> [DataCase] {
        try (0..<2).map { number in
            let extent = Extent(width: 6, height: 4, depth: 3)
            let labels = (0..<72).map { UInt8($0 / 24 < number ? 0 : ($0 * 7 + number) % 3) }
            try folder.write(.int16((0..<72).map { Int16($0) }), extent, to: "i\(number).nii")
            try folder.write(.uint8(labels), extent, to: "l\(number).nii.gz")
            return DataCase(
                id: "\(number)", group: "\(number)", image: ImageLocation(folder("i\(number).nii")),
                label: folder("l\(number).nii.gz"))
        }
    }

    @Test(
        arguments: [
            GridFit.resize(to: GridSize(height: 5, width: 7), by: .bicubic),
            .pad(to: GridSize(height: 9, width: 9)), .crop(to: GridSize(height: 2, width: 3), foreground: 0.4),
        ], AnatomicalPlane.allCases)
    func equalsWhatTrainingCounts(fit: GridFit, plane: AnatomicalPlane) throws {
        let folder = try TemporaryFolder()
        let cases = try cases(folder)
        var recipe = recipe(fit, plane: plane)
        recipe.spacing = GridSpacing(rows: 0.7, columns: 0.9)
        for selection in SampleSelection.allCases {
            let store = try SampleStore(SamplePlan(cases, recipe: recipe), selection: selection)
            var done: [Int] = []
            let statistics = try LabelStatistics(
                counting: cases, recipe: recipe, selection: selection, workers: 2
            ) {
                done.append($0)
            }
            #expect(statistics.labels == store.labelDistribution)
            #expect((statistics.samples, statistics.leftOut) == (store.count, store.leftOut))
            #expect(done == [2])
        }
    }

    /// Counts through a cache and says whether it counted.
    private func count(
        _ cache: LabelStatisticsCache, _ cases: [DataCase], _ recipe: Recipe,
        _ selection: SampleSelection = .all
    )
        throws -> (LabelStatistics, hasCounted: Bool)
    {
        var hasCounted = false
        let statistics = try cache.statistics(of: cases, recipe: recipe, selection: selection) { _ in
            hasCounted = true
        }
        return (statistics, hasCounted)
    }

    @Test func isCountedOnce() throws {
        let folder = try TemporaryFolder()
        let cases = try cases(folder)
        let cache = LabelStatisticsCache(folder: folder("cache/deep"))
        let first = try count(cache, cases, recipe())
        #expect(first.hasCounted)
        let again = try count(cache, cases, recipe())
        #expect(!again.hasCounted && again.0 == first.0)

        let otherMap = Recipe(
            labels: try LabelMap([0: 0, 1: 1], ignoring: [2]), normalization: .zScore, fit: recipe().fit)
        #expect(try count(cache, cases, otherMap).hasCounted, "another map")
        #expect(
            try count(cache, cases, recipe(.pad(to: GridSize(height: 9, width: 9)))).hasCounted,
            "another size")
        #expect(try count(cache, cases, recipe(), .foregroundOnly).hasCounted, "another selection")
        #expect(try count(cache, Array(cases.prefix(1)), recipe()).hasCounted, "other cases")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: folder("l1.nii.gz").path)
        #expect(try count(cache, cases, recipe()).hasCounted, "another time")
        #expect(try !count(cache, cases, recipe()).hasCounted)
    }

    /// A recipe whose every field is changed in turn: the counts are those of the changed one.
    @Test func everyFieldOfTheRecipeIsPartOfTheKey() throws {
        let folder = try TemporaryFolder()
        let cases = try cases(folder)
        let changes: [(field: String, change: (inout Recipe) throws -> Void)] = [
            ("labels", { $0.labels = try LabelMap([0: 0, 1: 1], ignoring: [2]) }),
            ("normalization", { $0.normalization = .window(low: 0, high: 1) }),
            ("spacing", { $0.spacing = GridSpacing(rows: 2, columns: 2) }),
            ("resampling", { $0.resampling = .spline }),
            ("fit", { $0.fit = .pad(to: GridSize(height: 9, width: 9)) }),
            ("fit", { $0.fit = .crop(to: GridSize(height: 2, width: 2), foreground: 0.2) }),
            ("fit", { $0.fit = .crop(to: GridSize(height: 2, width: 2), foreground: 0.4) }),
            ("fit", { $0.fit = .crop(to: GridSize(height: 2, width: 2), foreground: 0.2, frame: .zero) }),
            ("plane", { $0.plane = .coronal }), ("labelGrid", { $0.labelGrid = .fromImage }),
            ("crop", { $0.crop = .box(PixelBox(x: 1, y: 1, width: 3, height: 2)) }), ("crop", { $0.crop = .nonzero }),
        ]
        let fields = Mirror(reflecting: recipe()).children.compactMap(\.label)
        #expect(Set(fields) == Set(changes.map(\.field)), "a new field is to be varied here")
        let cache = LabelStatisticsCache(folder: folder("cache"))
        _ = try count(cache, cases, recipe())
        for (field, change) in changes {
            var changed = recipe()
            try change(&changed)
            let found = try count(cache, cases, changed)
            #expect(found.hasCounted, "\(field)")
            #expect(try found.0 == LabelStatistics(counting: cases, recipe: changed, selection: .all), "\(field)")
        }
    }

    /// The image's header says the spacing; the label's may differ where the recipe takes the image's grid.
    @Test func theSpacingIsTheImages() throws {
        let folder = try TemporaryFolder()
        let cases = try cases(folder)
        let cache = LabelStatisticsCache(folder: folder("cache"))
        var recipe = recipe(.pad(to: GridSize(height: 20, width: 20)))
        recipe.labelGrid = .fromImage
        recipe.spacing = GridSpacing(rows: 1, columns: 1)
        #expect(try count(cache, cases, recipe).0.labels.total == 2 * 3 * 24)
        try folder.write(
            .int16((0..<72).map { Int16($0) }), Extent(width: 6, height: 4, depth: 3),
            geometry: VoxelGeometry(spacing: [2, 2, 1]), to: "i0.nii")
        let found = try count(cache, cases, recipe)
        #expect(found.hasCounted && found.0.labels.total == 3 * 24 * 4 + 3 * 24)
        #expect(try found.0.labels == SampleStore(SamplePlan(cases, recipe: recipe)).labelDistribution)
    }

    /// Two windows of a plane of three pixels: the middle one is in both.
    @Test func windowsAreCountedByTheirMeans() throws {
        let folder = try TemporaryFolder()
        let extent = Extent(width: 3, height: 1, depth: 4)
        try folder.write(.uint8(Array(repeating: 0, count: 12)), extent, to: "i.nii")
        try folder.write(.uint8([0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2]), extent, to: "l.nii")
        let dataCase = DataCase(id: "c", group: "c", image: ImageLocation(folder("i.nii")), label: folder("l.nii"))
        let recipe = recipe(.crop(to: GridSize(height: 1, width: 2), foreground: 0))
        let statistics = try LabelStatistics(counting: [dataCase], recipe: recipe, selection: .all)
        #expect(statistics.labels.counts == [6, 2, 1], "1 + 2 + 1 + 1.5 of 0, twice 1 of 1, 0.5 of 2, which is not none")
        #expect(statistics.samples == 4)
    }

    @Test func brokenAndMissingFilesAreCountedAnew() throws {
        let folder = try TemporaryFolder()
        let cases = try cases(folder)
        let cache = LabelStatisticsCache(folder: folder("cache"))
        let first = try count(cache, cases, recipe()).0
        for file in try FileSystem.list(folder("cache")) {
            try DurableFile.write("{\"labels\":", to: file)
        }
        let mended = try count(cache, cases, recipe())
        #expect(mended.hasCounted && mended.0 == first)
        #expect(try !count(cache, cases, recipe()).hasCounted)
        try FileManager.default.removeItem(at: folder("cache"))
        #expect(try count(cache, cases, recipe()).0 == first)
        // A file stands where the folder should be: nothing can be kept, and nothing fails.
        let none = LabelStatisticsCache(folder: folder("l1.nii.gz"))
        #expect(try count(none, cases, recipe()).0 == first)
    }

    @Test func writersDoNotDisturbEachOther() throws {
        let folder = try TemporaryFolder()
        let cases = try cases(folder)
        let recipe = recipe()
        let cache = LabelStatisticsCache(folder: folder("cache"))
        let all = try concurrentMap(Array(0..<16), workers: 8) { _ in
            try cache.statistics(of: cases, recipe: recipe, selection: .all)
        }
        #expect(Set(all).count == 1)
        #expect(try FileSystem.list(folder("cache")).count == 1)
    }

    @Test(
        arguments: [
            (["MARGINSEG_CACHE": "/a", "XDG_CACHE_HOME": "/b"], "/a"),
            (["XDG_CACHE_HOME": "/b"], "/b/marginseg/labels"),
        ])
    func theEnvironmentSaysWhere(environment: [String: String], path: String) {
        #expect(LabelStatisticsCache.standard(environment: environment).folder.path == path)
    }

    @Test func relativeFoldersAreNoPlace() {
        let folder = LabelStatisticsCache.standard(environment: ["XDG_CACHE_HOME": "here"]).folder.path
        #expect(folder.hasSuffix("/marginseg/labels") && folder.hasPrefix("/"))
    }
}
