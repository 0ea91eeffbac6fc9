import Foundation
import TestSupport
import Testing

/// libtorch is loaded by what makes tensors, and by nothing else.
@Suite struct StartTests {
    struct Start: Sendable, CustomTestStringConvertible {
        let arguments: String
        var status: Int32 = 0

        var testDescription: String { arguments }
    }

    #if os(Linux)
        /// The shared libraries that a run of the program loaded, as the system's loader tells.
        private static func libraries(_ arguments: [String]) throws -> (run: Command, names: String) {
            try withTemporaryFolder { folder in
                let run = try Command.run(
                    arguments, environment: ["LD_DEBUG": "files", "LD_DEBUG_OUTPUT": folder.appending(path: "loaded").path])
                let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                let names = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
                try #require(names.contains("libswiftCore"), "the loader tells what it loads")
                return (run, names)
            }
        }

        @Test(arguments: [
            Start(arguments: "--help"), Start(arguments: "--version"), Start(arguments: "help train"),
            Start(arguments: "train --help"), Start(arguments: "loss list"), Start(arguments: "loss explain margin+dice"),
            Start(arguments: "margins --counts 100,10"), Start(arguments: "nonsense", status: 64),
            Start(arguments: "train", status: 64), Start(arguments: "phantom ct --layout endovis --output x", status: 64),
        ])
        func withoutTensorsThereIsNoLibtorch(start: Start) throws {
            let (run, names) = try Self.libraries(start.arguments.split(separator: " ").map(String.init))
            #expect(run.status == start.status, "\(run.errors)")
            #expect(!names.contains("torch"))
            #expect(!names.contains("TorchBinding"))
        }

        @Test func withTensorsThereIs() throws {
            let trained = try TrainedRun.shared()
            let (run, names) = try withTemporaryFolder { folder in
                try Self.libraries(["evaluate", trained.url.path, "--save", folder.appending(path: "scores.json").path])
            }
            #expect(run.status == 0, "\(run.errors)")
            #expect(names.contains("libTorchBinding.so"))
            #expect(names.contains("libtorch_cpu.so"))
        }
    #endif

    @Test(arguments: ["predict IMAGE --model RUN --output FOLDER/out.nii.gz", "evaluate RUN"])
    func aMissingLibraryIsNamed(arguments: String) throws {
        let trained = try TrainedRun.shared()
        try withTemporaryFolder { temporary in
            let folder = temporary.resolvingSymlinksInPath()
            let alone = folder.appending(path: "marginseg")
            try FileManager.default.copyItem(at: #require(Command.program), to: alone)
            let words = arguments.replacing("IMAGE", with: trained.image.path).replacing("RUN", with: trained.url.path)
                .replacing("FOLDER", with: folder.path).split(separator: " ").map(String.init)
            let run = try Command.run(alone, words)
            #expect(run.status == 1)
            #expect(run.output == "")
            let line = try #require(run.errorLines.first)
            #expect(run.errorLines.count == 1, "\(run.errors)")
            #expect(line.hasPrefix("Error: libtorch: cannot be loaded by \(alone.path): "), "\(line)")
            #expect(line.contains("libTorchBinding"), "\(line)")
            #expect(line.hasSuffix("; build with `make build`, or install again with `make install`"), "\(line)")
        }
    }
}
