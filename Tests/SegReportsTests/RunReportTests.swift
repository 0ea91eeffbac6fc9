import Foundation
import SegReports
import TestSupport
import Testing

struct RunReportTests {
    @Test(arguments: [1, 3])
    func holdsEveryFigureAndTable(runCount: Int) throws {
        let page = try SampleReport.make(runCount: runCount).page
        let outline = try PageOutline(page.html)
        let figures =
            ["training-curves", "class-scores", "reliability", "confusion", "margin-histograms", "lower-bounds"]
            + ["case-1", "case-2", "case-3", "slices-1"] + (runCount == 1 ? [] : ["differences"])
        #expect(outline.values("id", of: "figure") == figures)
        #expect(page.figures.map(\.name) == figures.filter { $0 != "slices-1" })
        #expect(outline.texts["h2"]?.count == (runCount == 1 ? 9 : 10))
        let captions = outline.texts["caption"] ?? []
        #expect(
            captions.first == "Table 1. " + (runCount == 1 ? "What was trained, on what, and how." : captions[0].dropFirst(9)))
        // Per run: classes, levels, bounds; once: facts; for several: their scores and differences.
        #expect(captions.count == 3 * runCount + 1 + (runCount == 1 ? 0 : 2))
        #expect(outline.texts["code"] == ["marginseg report runs/a > \"x\""])
    }

    @Test(arguments: [1, 3])
    func showsTheStepsThatWereTried(runCount: Int) throws {
        let outline = try PageOutline(try SampleReport.make(runCount: runCount, isPostProcessed: true).page.html)
        #expect(outline.texts["h2"]?.contains("Post-processing") == true)
        let cells = outline.texts["td"] ?? []
        let first = try #require(cells.firstIndex(of: "fill holes of the foreground in planes"))
        #expect(
            cells[first..<first + 7].elementsEqual([
                "fill holes of the foreground in planes", "70.00", "69.50", "−0.50", "1", "2", "",
            ]))
        #expect(
            cells[first + 7..<first + 14].elementsEqual([
                "remove objects of lesion & co below 12.5 mm³", "70.00", "72.25", "+2.25", "3", "0", "kept",
            ]))
        let basis =
            "Mean IoU over the validation split's 4 cases, on which the steps were chosen: expect less elsewhere. Kept where it "
            + "rises by more than 0.10 points. All kept steps: 70.00 to 72.25\u{A0}%."
        let captions = outline.texts["caption"] ?? []
        #expect(captions.filter { $0.hasSuffix(basis) }.count == runCount, "\(captions)")
        let plain = try PageOutline(try SampleReport.make(runCount: 1).page.html)
        #expect(plain.texts["h2"]?.contains("Post-processing") == false)
        let bound = "from the margins (Eq. 8)"
        let details = [outline, plain].map { ($0.texts["p"] ?? []) + ($0.texts["span"] ?? []) + ($0.texts["div"] ?? []) }
        #expect(details[0].contains { $0.contains(bound + ", without post-processing") } == (runCount == 1))
        #expect(!details[1].contains { $0.contains("without post-processing") })
    }

    @Test func saysWhatWasMeasured() throws {
        let outline = try PageOutline(try SampleReport.make(runCount: 1).page.html)
        let lines = (outline.texts["li"] ?? []).joined(separator: "\n")
        #expect(lines.contains("12 cases of 6 patients or videos, 12 images"))
        #expect(
            lines.contains("counts as IoU and Dice 1, the paper's convention; absent from the truth of cases: lesion & co in 1"))
        #expect(lines.contains("50 resamples of patients or videos, seed 0"))
        #expect(lines.contains("the spread over seeds is not in them"))
        let notes = (outline.texts["strong"] ?? [])
        #expect(notes.contains("6 patients or videos."), "few units are warned of: \(notes)")
    }

    @Test func saysWhenAClassIsNeverPredicted() throws {
        let outline = try PageOutline(try SampleReport.make(runCount: 1, predictsLesions: false).page.html)
        #expect(outline.texts["strong"]?.contains("This run never predicts lesion & co.") == true)
        let other = try SampleReport.make(runCount: 1).page.html
        #expect(!other.contains("never predicts"))
    }

    @Test(arguments: [
        (true, "Not recorded by these runs: training mIoU."),
        (false, "Not recorded by these runs: validation loss and training mIoU."),
    ])
    func saysWhatWasNotRecorded(hasValidationLoss: Bool, expected: String) throws {
        let html = try SampleReport.make(runCount: 1, hasValidationLoss: hasValidationLoss).page.html
        #expect(html.contains(expected))
    }

    @Test func slicesAreUnderASlider() throws {
        let outline = try PageOutline(try SampleReport.make(runCount: 1).page.html)
        #expect(outline.values("type", of: "input") == ["range"])
        #expect(outline.values("max", of: "input") == ["4"] && outline.values("value", of: "input") == ["2"])
        #expect(outline.values("data-label", of: "div") == (2...6).map { "\($0) of 9" })
        #expect(outline.values("class", of: "div").filter { $0 == "frame shown" }.count == 1)
        #expect(outline.values("src", of: "img").count == 5 * 4)
        #expect(outline.names.contains("script"))
        let plain = try PageOutline(HTMLPage(title: "t", sections: []).html)
        #expect(!plain.names.contains("script"), "a page without a slider needs no script")
    }

    @Test(
        arguments: [
            ([], 100, []), ([0, 0, 0, 0], 100, [2]), ([0, 0, 0, 5, 9, 0, 0, 0, 0], 100, [1, 2, 3, 4, 5, 6]),
            ([1, 1, 1], 1 << 30, [0, 1, 2]),
        ] as [([Int], Int, [Int])])
    func choosesSlicesWithContent(content: [Int], pixels: Int, expected: [Int]) {
        #expect(SliceBrowser.choose(content: content, pixels: pixels) == expected)
    }

    @Test(arguments: [(500, 1000), (100, 1_000_000), (48, 10)])
    func boundsTheSlices(count: Int, pixels: Int) {
        var content = Array(repeating: 1, count: count)
        content[count / 3] = 50
        let chosen = SliceBrowser.choose(content: content, pixels: pixels)
        #expect(chosen.count <= 49 && chosen.contains(count / 3) && chosen.first == 0 && chosen.last == count - 1, "\(chosen)")
    }

    @Test func reducedPicturesKeepMeansAndLabels() {
        let labels = (0..<8 * 4).map { UInt8($0 % 8 < 4 ? 1 : 2) }
        let picture = CasePicture(
            id: "a", note: "", width: 8, height: 4, planes: [(0..<32).map { Float($0 % 8) }], truth: labels, ignored: nil,
            predictions: [labels])
        let small = picture.reduced(to: 4)
        #expect(small.width == 4 && small.height == 2)
        #expect(small.planes == [[0.5, 2.5, 4.5, 6.5, 0.5, 2.5, 4.5, 6.5]])
        #expect(small.truth == [1, 1, 2, 2, 1, 1, 2, 2])
        #expect(picture.reduced(to: 8).width == 8)
    }

    @Test(arguments: [(20000, 1, 200, 1), (3, 20000, 3, 200), (4000, 100, 200, 12)])
    func picturesOfVeryLongImagesKeepTheirShorterSide(_ width: Int, _ height: Int, _ columns: Int, _ rows: Int) {
        let labels = [UInt8](repeating: 1, count: width * height)
        let small = CasePicture(
            id: "a", note: "", width: width, height: height, planes: [labels.map(Float.init)], truth: labels, ignored: nil,
            predictions: [labels]
        ).reduced(to: 200)
        #expect((small.width, small.height) == (columns, rows))
        #expect(small.comparison(models: ["a"]).count == 3)
    }
}
