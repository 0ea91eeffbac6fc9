import Foundation
import MedicalImages
import TestSupport
import Testing

/// Who computes the network can be chosen where a model is trained, evaluated and applied.
@Suite struct ExecutionOptionsTests {
    @Test func aTrainingIsComposedOnRequest() throws {
        let trained = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let run = folder.appending(path: "run")
            let command = try Command.run(
                ["train", "--data", trained.data.path, "--output", run.path, "--execution", "composed", "--epochs", "1"]
                    + TrainedRun.settings)
            #expect(command.status == 0, "\(command.errors)")
            let configuration = try String(contentsOf: run.appending(path: "configuration.yaml"), encoding: .utf8)
            #expect(configuration.contains("execution: composed\n"))
            let facts = try String(contentsOf: run.appending(path: "run.json"), encoding: .utf8)
            #expect(facts.contains("\"execution\" : \"composed\""))
        }
    }

    /// The labels that `predict` writes with each value of an option, voxel by voxel.
    private func labels(_ option: String, _ values: [String]) throws -> [[UInt8]] {
        let trained = try TrainedRun.shared()
        return try withTemporaryFolder { folder in
            try values.map { value in
                let file = folder.appending(path: "\(value).nii.gz")
                let command = try Command.run([
                    "predict", trained.image.path, "--model", trained.url.path, "--output", file.path, option, value,
                ])
                #expect(command.status == 0, "\(command.errors)")
                return try NIfTI.read(file).samples.withUnsafeBytes { [UInt8]($0) }
            }
        }
    }

    @Test func predictionsAgree() throws {
        let labels = try labels("--execution", ["fused", "composed"])
        #expect(labels[0] == labels[1])
    }

    /// Rounding moves no more than pixels between two classes of about equal score.
    @Test func aPredictionInBFloat16IsNearlyTheSame() throws {
        let labels = try labels("--precision", ["float32", "bfloat16"])
        let moved = zip(labels[0], labels[1]).count { $0 != $1 }
        #expect(Double(moved) < 0.02 * Double(labels[0].count), "\(moved) of \(labels[0].count)")
    }

    @Test func evaluationsAgree() throws {
        let trained = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let texts = try ["fused", "composed"].map { execution in
                let command = try Command.run([
                    "evaluate", trained.url.path, "--csv", "--save", folder.appending(path: "\(execution).json").path,
                    "--execution", execution,
                ])
                #expect(command.status == 0, "\(command.errors)")
                return command.output
            }
            #expect(texts[0] == texts[1])
        }
    }

    @Test(arguments: ["train --output run", "evaluate run", "predict a.png --model run"])
    func anotherNameIsRefused(arguments: String) throws {
        let command = try Command.run((arguments + " --execution fast").split(separator: " ").map(String.init))
        #expect(command.status == 64)
        let line = try #require(command.errorLines.first)
        #expect(
            line
                == "Error: The value 'fast' is invalid for '--execution <execution>'. Please provide one of 'fused' and 'composed'."
        )
    }
}
