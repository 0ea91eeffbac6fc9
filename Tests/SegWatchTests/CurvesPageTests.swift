import Foundation
import SegReports
import SegTraining
import Testing

@testable import SegWatch

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct CurvesPageTests {
    private func html(_ records: [EpochRecord], _ state: RunState) throws -> String {
        var configuration = try TinyTraining.configuration([
            "data.classes=[{name: background, values: [0]}, {name: 'lesion & <more>', values: [1]}]"
        ])
        configuration.training.stages = TinyTraining.stages
        var progress = TrainingProgress(stages: TinyTraining.stages)
        progress.take(TinyTraining.start(records.last?.stage ?? 1))
        progress.take(TinyTraining.step(7, of: records.last?.stage ?? 1, loss: 0.25))
        return CurvesPage(
            title: "a & b", configuration: configuration, records: records, progress: progress, state: state,
            written: Date(timeIntervalSince1970: 1_700_000_000)
        ).page.html
    }

    /// Ten epochs of the first stage, two of the second.
    private static let records =
        (1...10).map { TinyTraining.record($0, of: 1, loss: 1 / Double($0), hits: 30 + $0, isBest: $0 < 9) }
        + [
            TinyTraining.record(1, of: 2, loss: 3, isBest: true),
            TinyTraining.record(2, of: 2, loss: 2.5, hits: 60, isBest: true),
        ]

    static let states: [(state: RunState, says: [String], isAlive: Bool)] = [
        (.running, ["Time left", "Written 2023-11-14 22:13:20 UTC"], true),
        (.finished, ["Finished.", "best.safetensors"], false),
        (.stopped(advice: "go on with: x"), ["Stopped at epoch 2, step 7.", "go on with: x"], false),
        (.failed(reason: "no space <left>"), ["Failed at epoch 2, step 7.", "no space &lt;left&gt;"], false),
    ]

    @Test(arguments: states)
    func everyStateIsTold(_ row: (state: RunState, says: [String], isAlive: Bool)) throws {
        let page = try html(Self.records, row.state)
        #expect(XMLParser(data: Data(page.utf8)).parse())
        for words in row.says { #expect(page.contains(words), "\(words)") }
        #expect(page.contains("location.reload") == row.isAlive, "only a page that goes on loads itself anew")
        #expect(!page.contains("<link") && !page.contains("src=\"http") && !page.contains("url("), "nothing is fetched")
        for words in [
            "Training a &amp; b", "IoU on validation", "Loss, first", "Loss, second", "Learning rate",
            "foreground mIoU in training", "62.50", "1.25",
            "lesion &amp; &lt;more&gt;", "60.00 %", "miou_foreground, epoch 2 of second", "2 of 20", "Images per second",
            "25 % of the time waiting for data",
        ] {
            #expect(page.contains(words), "\(words)")
        }
    }

    @Test func beforeTheFirstEpochThereAreNoCurves() throws {
        let page = try html([], .running)
        #expect(XMLParser(data: Data(page.utf8)).parse())
        #expect(page.contains("The first epoch is under way."))
        #expect(!page.contains("IoU on validation"))
    }

    @Test(
        arguments: [
            ([0.12, 0.34], 0...0.4), ([0.93, 0.97], 0.9...1), ([0.71, 0.79], 0.7...0.8), ([0.0, 1.0], 0...1), ([], 0...1),
            ([0.6], 0.6...0.7), ([.nan, 0.4], 0...0.5),
        ] as [([Double], ClosedRange<Double>)])
    func scoresFillTheirAxis(values: [Double], expected: ClosedRange<Double>) {
        let line = LineChart.Line(label: "", points: values.map { .init(0, $0) }, color: RGB(0, 0, 0))
        let range = CurvesPage.scoreRange([line])
        #expect(
            abs(range.lowerBound - expected.lowerBound) < 1e-9 && abs(range.upperBound - expected.upperBound) < 1e-9, "\(range)")
    }

    @Test(arguments: [[1.0, 3.0], [2.0], [0.0, 0.0], [-1.0, -0.5], []])
    func lossesHaveRoom(values: [Double]) {
        let line = LineChart.Line(label: "", points: values.map { .init(0, $0) }, color: RGB(0, 0, 0))
        let range = CurvesPage.range([line])
        #expect(range.lowerBound < range.upperBound)
        #expect(values.allSatisfy { range.contains($0) })
        #expect(values.contains { $0 < 0 } || range.lowerBound >= 0)
    }
}
