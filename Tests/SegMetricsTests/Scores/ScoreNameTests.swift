import Foundation
import SegMetrics
import Testing

struct ScoreNameTests {
    static let rows: [(name: ScoreName, text: String)] = [
        (ScoreName(.iou), "miou_foreground"), (ScoreName(.iou, .all), "miou_all"),
        (ScoreName(.iou, .one(2)), "iou:foreground"), (ScoreName(.dice, .one(1), .perCase), "per_case_dice:lung"),
        (ScoreName(.recall, .foreground, .perGroup), "per_group_recall_foreground"),
        (ScoreName(.pixelAccuracy, .foreground, .perImage), "per_image_pixel_accuracy"),
    ]

    @Test(arguments: rows)
    func areReadAsTheyAreWritten(_ row: (name: ScoreName, text: String)) {
        let classes = ["background", "lung", "foreground"]
        #expect(row.name.text(rowNames: classes) == row.text)
        #expect(ScoreName(row.text, rowNames: classes) == row.name)
    }

    @Test func everyNameIsOfItsOwn() {
        let classes = ["background", "foreground", "all"]
        let names = ScoreName.every(rowCount: 3)
        let (ofUnits, ofClasses) = (2, 5)
        let parts = 2 * (ofUnits + 2 * ofClasses)
        #expect(names.count == 4 * (5 * 5 + 1) + 3 * (ofUnits + ofClasses + parts))
        #expect(Set(names.map { $0.text(rowNames: classes) }).count == names.count)
        #expect(ScoreName("iou", rowNames: classes) == nil)
    }

    /// A setting's name and a score's name are one vocabulary.
    @Test(arguments: MetricName.allCases)
    func settingsUseTheSameNames(_ metric: MetricName) throws {
        let name = try #require(ScoreName(metric.rawValue, rowNames: ["a", "b"]))
        let summary = MetricSummary(RandomStore.make(classCount: 2, seed: 1), classes: ScoredClasses(["a", "b"]))
        #expect(summary[name] == metric.value(in: summary))
        #expect(summary[name] != nil)
    }
}
