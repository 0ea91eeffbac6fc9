import Foundation
import TestSupport
import Testing

@Suite struct ReportCommandTests {
    private static let figures = [
        "case-1", "class-scores", "confusion", "lower-bounds", "margin-histograms", "training-curves",
    ]

    @Test func writesThePageAndItsFigures() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let command = try Command.run([
                "report", run.url.path, "--data", run.data.path, "--output", "\(folder.path)/page.html", "--figures",
                "\(folder.path)/figures", "--resamples", "20", "--threads", "1",
            ])
            #expect(command.status == 0, "\(command.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/figures").sorted()
            for figure in Self.figures {
                #expect(names.contains("\(figure).svg") && names.contains("\(figure).png"), "\(figure): \(names)")
            }
            #expect(
                command.output
                    == "\(folder.path)/page.html\n\(folder.path)/figures: \(names.count / 2) figures, each as SVG and PNG\n")
            let page = try String(contentsOfFile: "\(folder.path)/page.html", encoding: .utf8)
            for figure in Self.figures { #expect(page.contains("<figure id=\"\(figure)\">"), "\(figure)") }
            #expect(page.contains("<title>first on data</title>"))
            // Two epochs of cross-entropy, one of margin calibration: a chart for each stage.
            #expect(page.contains("Loss, stage 1: loss over epoch of the stage") && page.contains("Loss, stage 2"))
            #expect(page.contains("marginseg train "))
        }
    }

    @Test func comparesRuns() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            // The same weights under another name: every difference is 0.
            let copy = folder.appending(path: "second.safetensors")
            try FileManager.default.copyItem(at: run.checkpoint, to: copy)
            let command = try Command.run([
                "report", run.url.path, copy.path, "--data", run.data.path, "--output", "\(folder.path)/page.html",
                "--resamples", "20", "--threads", "1", "--split", "train",
            ])
            #expect(command.status == 0, "\(command.errors)")
            let page = try String(contentsOfFile: "\(folder.path)/page.html", encoding: .utf8)
            #expect(page.contains("<title>2 runs on data</title>"))
            #expect(page.contains("<figure id=\"differences\">"))
            #expect(page.contains("<td class=\"number\">+0.0 (+0.0 to +0.0)</td>"))
            #expect(page.contains("Scores on training data."))
        }
    }

    @Test(
        arguments: [
            (["report"], 64, "Error: Missing expected argument '<run|file> ...'"),
            (["report", "a", "--resamples", "0"], 64, "Error: --resamples needs 1 or more, found 0."),
            (["report", "a", "./a"], 64, "Error: a run is named twice."),
        ] as [([String], Int32, String)])
    func refusesWhatCannotBe(arguments: [String], status: Int32, message: String) throws {
        let command = try Command.run(arguments)
        #expect(command.status == status)
        #expect(command.errorLines.first == message, "\(command.errors)")
    }
}
