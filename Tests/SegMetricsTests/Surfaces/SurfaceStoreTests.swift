import Foundation
import SegMetrics
import Testing

struct SurfaceStoreTests {
    /// Rows of eight pixels: class 1 is found two pixels off, missed, invented, absent; class 2 is in none.
    private func store() -> SurfaceStore {
        var store = SurfaceStore(unit: .pixels, tolerance: 1)
        let pairs: [(truth: [UInt8], prediction: [UInt8])] = [
            ([1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0]), ([1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]),
            ([0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]), ([0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]),
            ([0, 1, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0]),
        ]
        for (index, pair) in pairs.enumerated() {
            store.append(
                group: "g\(index)", case: "c\(index)", classes: ScoredClasses(["ground", "lesion", "organ"]), truth: pair.truth,
                prediction: pair.prediction,
                ignoring: 255, grid: VoxelGrid(width: 8, height: 1))
        }
        return store
    }

    private func counts(_ summary: SurfaceSummary) -> [Int] {
        [summary.measured, summary.missed, summary.invented, summary.absent]
    }

    @Test func countsWhatHasNoDistance() {
        let summaries = store().summaries(of: ScoredClasses(["ground", "lesion", "organ"]), by: Bootstrap(resamples: 50))
        #expect(summaries.map(\.className) == ["lesion", "organ"])
        let lesion = summaries[0]
        #expect(counts(lesion) == [2, 1, 1, 1])
        #expect(lesion.hausdorff.value == 1 && lesion.averageSymmetric.value == 1)
        #expect(lesion.surfaceDice.value == 0.25, "0 where the prediction or the truth lacks the class")
        let organ = summaries[1]
        #expect(counts(organ) == [0, 0, 0, 5])
        #expect([organ.hausdorff, organ.hausdorff95, organ.averageSymmetric, organ.surfaceDice].allSatisfy { $0.value == nil })
    }

    @Test func roundTripsThroughJSON() throws {
        let data = try JSONEncoder().encode(store())
        #expect(try JSONDecoder().decode(SurfaceStore.self, from: data) == store())
    }
}
