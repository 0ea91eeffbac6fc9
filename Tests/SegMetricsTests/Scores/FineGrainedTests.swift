import Testing

@testable import SegMetrics

/// mIoU^I, mIoU^C, mIoU^D and their worst parts, against their definitions written out.
struct FineGrainedTests {
    /// Cases of the classes ground, organ and lesion, each with its IoUs of organ and lesion; nil where the truth has none.
    private static let cases: [(matrix: [[Int]], ious: [Double?])] = [
        ([[80, 0, 0], [0, 20, 0], [0, 0, 0]], [1, nil]),
        ([[60, 10, 0], [0, 20, 0], [5, 0, 5]], [20.0 / 30, 0.5]),
        ([[90, 0, 10], [0, 0, 0], [0, 0, 0]], [nil, nil]),
        ([[50, 0, 0], [20, 20, 0], [0, 0, 10]], [0.5, 1]),
        ([[70, 0, 0], [0, 0, 0], [9, 0, 1]], [nil, 0.1]),
    ]

    private static func store() -> ConfusionStore {
        var store = ConfusionStore(classCount: 3)
        for (number, one) in cases.enumerated() {
            store.append(group: "p\(number)", case: "c\(number)", image: "i\(number)", matrix: ConfusionMatrix(rows: one.matrix))
        }
        return store
    }

    private static func value(_ text: String, rule: EmptyRule = .one) throws -> Double? {
        let names = ["ground", "organ", "lesion"]
        let name = try #require(ScoreName(text, rowNames: names), "\(text)")
        #expect(name.text(rowNames: names) == text)
        return ScoreSums(store(), classes: ScoredClasses(names), rule: rule, names: [name]).scoresOfAll[0]
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    @Test(arguments: [EmptyRule.one, .skip]) func allCases(rule: EmptyRule) throws {
        let units = Self.cases.map { $0.ious.compactMap(\.self) }.filter { !$0.isEmpty }.map(Self.mean)
        let found = try #require(try Self.value("per_case_miou_i_foreground", rule: rule))
        #expect(abs(found - Self.mean(units)) < 1e-12)
        let byClass = (0..<2).map { row in Self.mean(Self.cases.compactMap { $0.ious[row] }) }
        let classes = try #require(try Self.value("per_case_miou_c_foreground", rule: rule))
        #expect(abs(classes - Self.mean(byClass)) < 1e-12)
        let lesion = try #require(try Self.value("per_case_iou_c:lesion", rule: rule))
        #expect(abs(lesion - byClass[1]) < 1e-12)
    }

    @Test func theWorst() throws {
        // Of four units with a class, by their means .1, .58, .75, 1: the worst half are two, the worst tenth is one.
        #expect(try Self.value("worst_10_per_case_miou_i_foreground") == 0.1)
        let half = try #require(try Self.value("worst_50_per_case_miou_i_foreground"))
        #expect(abs(half - (0.1 + (20.0 / 30 + 0.5) / 2) / 2) < 1e-12)
        // Three units have an organ, three a lesion; ⌈1.5⌉ of them each.
        let classes = try #require(try Self.value("worst_50_per_case_miou_c_foreground"))
        #expect(abs(classes - ((0.5 + 20.0 / 30) / 2 + (0.1 + 0.5) / 2) / 2) < 1e-12)
        // The pixels of the two worst together: organ 20 of 30, lesion 6 of 20.
        let pixels = try #require(try Self.value("worst_50_per_case_miou_d_foreground"))
        #expect(abs(pixels - (20.0 / 30 + 6.0 / 20) / 2) < 1e-12)
        #expect(try Self.value("worst_99_per_image_iou_d:lesion") == 16.0 / 30)
    }

    @Test func namesThatAreNone() {
        for text in [
            "miou_i_foreground", "worst_0_per_case_miou_i_foreground", "worst_100_per_case_miou_i_foreground",
            "worst_x_per_case_miou_i_foreground", "worst_10_per_case_miou_foreground", "per_case_miou_d_foreground",
            "per_case_iou_i:a",
        ] { #expect(ScoreName(text, rowNames: ["a", "b"]) == nil, "\(text)") }
    }

    /// A class that no truth has.
    @Test func nothingToScore() throws {
        var store = ConfusionStore(classCount: 2)
        store.append(group: "p", case: "c", image: "i", matrix: ConfusionMatrix(rows: [[4, 1], [0, 0]]))
        let names = ScoreName.every(rowCount: 2).filter { Score.ofUnits.contains($0.score) && $0.scope == .foreground }
        let sums = ScoreSums(store, classes: ScoredClasses(["ground", "lesion"]), rule: .one, names: names)
        #expect(sums.scoresOfAll.allSatisfy { $0 == nil } && sums.scores([0]).allSatisfy { $0 == nil })
    }

    @Test func aComparisonTakesThem() throws {
        func evaluation(_ hits: [Int]) -> Evaluation {
            var store = ConfusionStore(classCount: 2)
            for (number, hit) in hits.enumerated() {
                store.append(
                    group: "p\(number)", case: "c\(number)", image: "i\(number)",
                    matrix: ConfusionMatrix(rows: [[90, 0], [10 - hit, hit]]))
            }
            let classes = ScoredClasses(["ground", "lesion"])
            return Evaluation(
                program: "", subject: "", reference: "", classes: classes, native: ResolutionScores(store, classes: classes),
                problems: [])
        }
        let scores = ["worst_25_per_case_miou_i_foreground", "per_case_miou_c_foreground"]
        let comparison = try Comparison(
            [
                .init(name: "a", evaluations: [evaluation([1, 5, 6, 8])]),
                .init(name: "b", evaluations: [evaluation([3, 5, 6, 9])]),
            ], scores: scores, bootstrap: Bootstrap(resamples: 200))
        let differences = comparison.rows.compactMap(\.difference)
        #expect(differences.count == 2 && abs(differences[0] - 0.2) < 1e-12 && abs(differences[1] - 0.075) < 1e-12)
        #expect(comparison.rows.allSatisfy { $0.low != nil && $0.groups.count == 4 })
    }
}
