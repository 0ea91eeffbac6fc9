import Foundation
import SegMetrics
import Testing

struct EvaluationTests {
    @Test func roundTripsThroughJSON() throws {
        let names = ["ground", "organ", "lesion"]
        let store = RandomStore.make(classCount: 3, seed: 2)
        var surfaces = SurfaceStore(unit: .millimetres, tolerance: 1)
        surfaces.append(
            group: "g0", case: "g0-0", classes: ScoredClasses(names), truth: [0, 1, 2, 0], prediction: [0, 1, 0, 0],
            ignoring: nil,
            grid: VoxelGrid(width: 4, height: 1))
        var calibration = Calibration(classCount: 3)
        calibration.add(probabilities: [[0.5], [0.25], [0.25]], truth: [0])
        let evaluation = Evaluation(
            program: "marginseg", subject: "runs/a", reference: "test", classes: ScoredClasses(names),
            native: ResolutionScores(
                store, classes: ScoredClasses(names), bootstrap: Bootstrap(resamples: 20), surfaces: surfaces,
                calibration: calibration),
            network: ResolutionScores(store, classes: ScoredClasses(names), rule: .skip, bootstrap: Bootstrap(resamples: 20)),
            problems: [CaseProblem(caseID: "x", kind: .missing, message: "no prediction")])
        let data = try JSONEncoder().encode(evaluation)
        #expect(try JSONDecoder().decode(Evaluation.self, from: data) == evaluation)
        let keys = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            Set(keys.keys) == [
                "class_names", "format", "has_background", "native", "network", "problems", "program", "reference", "subject",
            ])
        let native = try #require(keys["native"] as? [String: Any])
        #expect(
            Set(native.keys) == [
                "bootstrap", "calibration", "case_count", "estimates", "group_count", "image_count", "store", "summary",
                "surface_summaries", "surfaces",
            ])
    }

    @Test func aScoreIsFoundByName() throws {
        let scores = ResolutionScores(
            RandomStore.make(classCount: 2, seed: 3), classes: ScoredClasses(["a", "b"]), bootstrap: Bootstrap(resamples: 20))
        let name = ScoreName(.dice, .one(1), .perCase)
        let estimate = try #require(scores.estimate(name))
        #expect(estimate.text == "per_case_dice:b")
        let (found, expected) = (try #require(estimate.value), try #require(scores.summary[name]))
        #expect(abs(found - expected) < 1e-12)
        #expect(scores.estimate(ScoreName(.dice, .one(2))) == nil)
        #expect((scores.groupCount, scores.caseCount) == (7, scores.store.cases.count))
    }
}
