import Foundation
import Testing

@testable import SegMetrics

@Suite struct ScoredClassesTests {
    private static let nested = ScoredClasses(
        ["background", "whole without core", "core"],
        regions: [.init(name: "whole", classes: [1, 2]), .init(name: "core", classes: [2])])

    /// Truth 10 of the outer ring and 5 of the core; the ring is found as core in 4 pixels, the core as ring in 2, and 3 pixels of
    /// the background are taken for ring, 1 of the ring for background.
    private static let matrix = ConfusionMatrix(rows: [[20, 3, 0], [1, 5, 4], [0, 2, 3]])

    private func store(_ matrices: [ConfusionMatrix] = [matrix]) -> ConfusionStore {
        var store = ConfusionStore(classCount: 3)
        for (index, matrix) in matrices.enumerated() {
            store.append(group: "g\(index)", case: "c\(index)", image: "i\(index)", matrix: matrix)
        }
        return store
    }

    @Test func aRegionIsScoredAsTheUnionOfItsClasses() throws {
        let scores = MetricSummary(store(), classes: Self.nested).dataset
        // whole: 14 right, 1 missed, 3 too many; core: 3 right, 2 missed, 4 too many.
        let (ground, ring, core, whole): (Double, Double, Double, Double) = (20.0 / 24, 5.0 / 15, 3.0 / 9, 14.0 / 18)
        #expect(scores.iou == [ground, ring, core, whole])
        #expect(scores.dice[3] == 28.0 / 32 && scores.recall[3] == 14.0 / 15 && scores.precision[3] == 14.0 / 17)
        #expect(scores.value(.specificity, .one(3)) == 20.0 / 23)
        #expect(scores.miouForeground == (whole + core) / 2, "over the regions")
        #expect(scores.miouAll == (ground + whole + core) / 3)
        #expect(scores.pixelAccuracy == 28.0 / 38, "of the classes")
    }

    @Test func intervalsAreOfRegionsToo() throws {
        let other = ConfusionMatrix(rows: [[9, 0, 0], [0, 3, 0], [0, 1, 2]])
        let scores = ResolutionScores(store([Self.matrix, other]), classes: Self.nested, bootstrap: Bootstrap(resamples: 200))
        #expect(scores.estimates.map(\.text).contains("iou:whole"))
        for estimate in scores.estimates where !Score.ofUnits.contains(estimate.name.score) {
            #expect(estimate.value == scores.summary[estimate.name], "\(estimate.text)")
        }
        let whole = try #require(scores.estimate(ScoreName(.iou, .one(3))))
        let interval = try #require(whole.interval)
        #expect(interval.low <= 14.0 / 18 && interval.high == 1)
    }

    @Test func withoutABackgroundMeansAreOverAllClasses() throws {
        let scores = MetricSummary(store(), classes: ScoredClasses(["a", "b", "c"], hasBackground: false)).dataset
        #expect(scores.miouForeground == scores.miouAll)
        let (found, expected): (Double, Double) = (try #require(scores.miouForeground), (20.0 / 24 + 5.0 / 15 + 3.0 / 9) / 3)
        #expect(abs(found - expected) < 1e-15)
        #expect(
            MetricName.miouForeground.value(in: MetricSummary(store(), classes: ScoredClasses(["a", "b", "c"]))) != scores.miouAll
        )
    }

    @Test func surfacesOfARegionAreThoseOfTheUnion() {
        var surfaces = SurfaceStore(unit: .pixels, tolerance: 1)
        let grid = VoxelGrid(width: 8, height: 1)
        surfaces.append(
            group: "g", case: "c", classes: Self.nested, truth: [0, 1, 2, 2, 1, 0, 0, 0],
            prediction: [0, 1, 1, 1, 1, 1, 0, 0], ignoring: nil, grid: grid)
        #expect(surfaces.entries.map(\.classIndex) == [1, 2, 3])
        #expect(surfaces.entries[2].hausdorff == 1 && !surfaces.entries[2].isEmptyInPrediction)
        #expect(surfaces.entries[1].isEmptyInPrediction)
        let every = ScoredClasses(["a", "b", "c"], hasBackground: false)
        #expect(surfaces.summaries(of: every, by: Bootstrap(resamples: 2)).map(\.className) == ["a", "b", "c"])
    }

    static let descriptions: [(classes: ScoredClasses, json: String)] = [
        (ScoredClasses(["a", "b"]), #"{"class_names":["a","b"],"has_background":true}"#),
        (ScoredClasses(["a", "b"], hasBackground: false), #"{"class_names":["a","b"],"has_background":false}"#),
        (
            ScoredClasses(["a", "b", "c"], regions: [.init(name: "r", classes: [1, 2])]),
            #"{"class_names":["a","b","c"],"has_background":true,"regions":[{"classes":[1,2],"name":"r"}]}"#
        ),
    ]

    @Test(arguments: descriptions)
    func isKept(_ row: (classes: ScoredClasses, json: String)) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(row.classes)
        #expect(String(decoding: data, as: UTF8.self) == row.json)
        #expect(try JSONDecoder().decode(ScoredClasses.self, from: data) == row.classes)
    }

    @Test func olderFilesHaveABackground() throws {
        let data = Data(#"{"class_names": ["a", "b"]}"#.utf8)
        #expect(try JSONDecoder().decode(ScoredClasses.self, from: data) == ScoredClasses(["a", "b"]))
        let bad = Data(#"{"class_names": ["a", "b"], "regions": [{"name": "r", "classes": [2]}]}"#.utf8)
        #expect(throws: DecodingError.self) { _ = try JSONDecoder().decode(ScoredClasses.self, from: bad) }
    }

    @Test func anEvaluationKeepsWhatWasScored() throws {
        let evaluation = Evaluation(
            program: "p", subject: "s", reference: "r", classes: Self.nested,
            native: ResolutionScores(store(), classes: Self.nested, bootstrap: Bootstrap(resamples: 2)))
        #expect(try JSONDecoder().decode(Evaluation.self, from: JSONEncoder().encode(evaluation)) == evaluation)
        let rows = evaluation.csv.split(separator: "\n").map { $0.split(separator: ",")[3] }
        #expect(rows == ["class", "background", "whole without core", "core", "whole"])
        let other = Evaluation(
            program: "p", subject: "t", reference: "r", classes: ScoredClasses(Self.nested.names),
            native: ResolutionScores(store(), classes: ScoredClasses(Self.nested.names), bootstrap: Bootstrap(resamples: 2)))
        #expect(throws: ComparisonError.self) {
            _ = try Comparison(
                [.init(name: "a", evaluations: [evaluation]), .init(name: "b", evaluations: [other])],
                scores: ["miou_foreground"])
        }
    }
}
