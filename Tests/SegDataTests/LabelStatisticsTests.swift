import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import SegData

struct LabelStatisticsTests {
    private func recipe(
        _ fit: PlaneFit = .resize(to: PlaneSize(height: 5, width: 7), by: .bicubic),
        axis: PlaneAxis = .z
    )
        -> PlaneRecipe
    {
        PlaneRecipe(labels: LabelMap(identity: 3), normalization: .zScore, fit: fit, axis: axis)
    }

    /// Two volumes, the second with a plane of background alone.
    private func cases(_ folder: TemporaryFolder) throws -> [DataCase] {
        try (0..<2).map { number in
            let extent = Extent(width: 6, height: 4, depth: 3)
            let labels = (0..<72).map { UInt8($0 / 24 < number ? 0 : ($0 * 7 + number) % 3) }
            try folder.write(.int16((0..<72).map { Int16($0) }), extent, to: "i\(number).nii")
            try folder.write(.uint8(labels), extent, to: "l\(number).nii.gz")
            return DataCase(
                id: "\(number)", group: "\(number)", images: [folder("i\(number).nii")],
                label: folder("l\(number).nii.gz"))
        }
    }

    @Test(
        arguments: [
            PlaneFit.resize(to: PlaneSize(height: 5, width: 7), by: .bicubic),
            .pad(to: PlaneSize(height: 9, width: 9)),
        ], PlaneAxis.allCases)
    func equalsWhatTrainingCounts(fit: PlaneFit, axis: PlaneAxis) throws {
        let folder = try TemporaryFolder()
        let cases = try cases(folder)
        let recipe = recipe(fit, axis: axis)
        for selection in PlaneStore.Selection.allCases {
            let store = try PlaneStore(PlanePlan(cases, recipe: recipe), selection: selection)
            var done: [Int] = []
            let statistics = try LabelStatistics(
                counting: cases, recipe: recipe, selection: selection, workers: 2
            ) {
                done.append($0)
            }
            #expect(statistics.labels == store.labelDistribution)
            #expect((statistics.planes, statistics.leftOut) == (store.count, store.leftOut))
            #expect(done == [2])
        }
    }

    /// Counts through a cache and says whether it counted.
    private func count(
        _ cache: LabelStatisticsCache, _ cases: [DataCase], _ recipe: PlaneRecipe,
        _ selection: PlaneStore.Selection = .all
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

        let otherMap = PlaneRecipe(
            labels: try LabelMap([0: 0, 1: 1], ignoring: [2]), normalization: .zScore, fit: recipe().fit)
        #expect(try count(cache, cases, otherMap).hasCounted, "another map")
        #expect(
            try count(cache, cases, recipe(.pad(to: PlaneSize(height: 9, width: 9)))).hasCounted,
            "another size")
        #expect(try count(cache, cases, recipe(), .foregroundOnly).hasCounted, "another selection")
        #expect(try count(cache, Array(cases.prefix(1)), recipe()).hasCounted, "other cases")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: folder("l1.nii.gz").path)
        #expect(try count(cache, cases, recipe()).hasCounted, "another time")
        #expect(try !count(cache, cases, recipe()).hasCounted)
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
