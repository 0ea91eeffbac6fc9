import Foundation
import TestSupport
import Testing

@Suite struct ExportCommandTests {
    @Test func exportsARunAndKeepsWhatIsThere() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let arguments = ["export", run.url.path, "--to", "out/model.onnx", "--outputs", "classes,logits", "--example"]
            let first = try Command.run(arguments, in: folder)
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output == "out/model.py\nout/model.json\nout/model.onnx\n")
            let again = try Command.run(arguments, in: folder)
            #expect(again.status == 1)
            #expect(
                again.errorLines.last?.hasSuffix(
                    "out/model.py cannot be written: it exists already, as do 2 more of 3; name another --to, or add --overwrite to replace what is there"
                )
                    == true, "\(again.errors)")
            #expect(try Command.run(arguments + ["--overwrite"], in: folder).status == 0)

            let weights = try Command.run(["export", run.url.path, "--to", "w.safetensors", "--weights", "float16"], in: folder)
            #expect((weights.status, weights.output) == (0, "w.safetensors\n"), "\(weights.errors)")
        }
    }

    @Test func aFolderOfRunsBecomesAFolder() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let files = FileManager.default
            for name in ["best", "last"] {
                try files.createDirectory(at: folder.appending(path: "cv/\(name)"), withIntermediateDirectories: true)
                try files.copyItem(
                    at: run.url.appending(path: "\(name).safetensors"), to: folder.appending(path: "cv/\(name)/best.safetensors"))
            }
            let export = try Command.run(["export", "cv", "--to", "ensemble/"], in: folder)
            #expect(export.status == 0, "\(export.errors)")
            #expect(
                export.output
                    == "ensemble/model-1.json\nensemble/model-1.onnx\nensemble/model-2.json\nensemble/model-2.onnx\nensemble/ensemble.json\n"
            )
            let file = try Command.run(["export", "cv", "--to", "one.onnx"], in: folder)
            #expect(file.errorLines.last?.contains("one.onnx cannot be written: a file takes one network, found 2") == true)
            let classes = try Command.run(["export", "cv", "--to", "other", "--outputs", "classes"], in: folder)
            #expect(classes.status == 64)
            let smaller = try Command.run(["export", "cv/best", "--to", "ensemble/", "--overwrite"], in: folder)
            #expect(smaller.status == 0, "\(smaller.errors)")
            let left = try files.contentsOfDirectory(atPath: folder.appending(path: "ensemble").path).sorted()
            #expect(left == ["ensemble.json", "model-1.json", "model-1.onnx"])
        }
    }

    static let misuses: [(arguments: [String], status: Int32, says: String)] = [
        (
            ["--outputs", "logit"], 64,
            "expected logits, probabilities, classes, or some of them with commas between, found logit"
        ),
        (["--outputs", "classes", "--example"], 64, "Error: --example needs --outputs with logits."),
        (["--weights", "int8"], 64, "Please provide one of 'float32' and 'float16'."),
        (["--decision", "calibrated"], 1, "the decision 'calibrated' needs it; run marginseg calibrate on the model first"),
    ]

    @Test(arguments: misuses)
    func wrongUsageIsTold(_ row: (arguments: [String], status: Int32, says: String)) throws {
        let run = try TrainedRun.untouched()
        try withTemporaryFolder { folder in
            let export = try Command.run(["export", run.url.path, "--to", "m.onnx"] + row.arguments, in: folder)
            #expect(export.status == row.status && export.errors.contains(row.says), "\(export.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }
}
