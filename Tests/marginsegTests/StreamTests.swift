import Foundation
import TestSupport
import Testing

/// Standard streams that are full, closed or gone: no backtrace, and what is under way goes on.
@Suite struct StreamTests {
    /// Commands that print, each in its own way; DATA and RUN are those of the trained run.
    static let printing = [
        "--help", "--version", "help train", "loss list", "loss explain margin", "margins --counts 100,10",
        "margins DATA --json", "inspect DATA", "inspect DATA --json", "inspect RUN/best.safetensors", "bound RUN", "evaluate RUN",
        "predict DATA/images/case_01.nii.gz --model RUN --output OUT.nii.gz",
    ]

    private func arguments(_ line: String, in folder: URL) throws -> [String] {
        let run = try TrainedRun.shared()
        return line.replacing("DATA", with: run.data.path).replacing("RUN", with: run.url.path)
            .replacing("OUT", with: folder.appending(path: "out").path).split(separator: " ").map(String.init)
    }

    #if os(Linux)
        @Test(arguments: printing)
        func aFullOutputIsOneLine(_ line: String) throws {
            try withTemporaryFolder { folder in
                let full = FileHandle(forWritingAtPath: "/dev/full")
                let command = try Command.start(arguments(line, in: folder), output: full).wait()
                #expect(command.status == 1)
                #expect(
                    command.errors.hasSuffix(
                        "Error: the results cannot be written to standard output: No space left on device\n"),
                    "\(command.errors)")
                #expect(!command.errors.contains("Fatal"))
            }
        }

        @Test func aFileBeyondTheUsersLimitIsAnError() throws {
            try withTemporaryFolder { folder in
                let command = try Command.shell("ulimit -f 8; \"$M\" phantom ct --output out", in: folder)
                #expect(command.status == 1)
                #expect(command.errors.hasSuffix("File too large\n"), "\(command.errors)")
                #expect(command.errorLines.count == 1, "\(command.errors)")
            }
        }

        @Test func fullMessagesDoNotEndTheWork() throws {
            try withTemporaryFolder { folder in
                let full = FileHandle(forWritingAtPath: "/dev/full")
                let arguments = try arguments("margins DATA", in: folder)
                let command = try Command.start(arguments, errors: full).wait()
                #expect(try (command.status, command.output) == (0, Command.run(arguments).output))
                let wrong = try Command.start(["train"], errors: FileHandle(forWritingAtPath: "/dev/full")).wait()
                #expect(wrong.status == 64)
            }
        }
    #endif

    @Test(arguments: ["--help", "loss list", "margins --counts 100,10", "inspect DATA --json", "evaluate RUN"])
    func aReaderThatHasEnoughIsNoFault(_ line: String) throws {
        try withTemporaryFolder { folder in
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            let command = try Command.start(arguments(line, in: folder), output: pipe.fileHandleForWriting).wait()
            #expect(command.status == 1)
            #expect(!command.errors.contains("Error") && !command.errors.contains("Fatal"), "\(command.errors)")
        }
    }

    @Test func theWorkIsDoneWhereItsResultsCannotBePrinted() throws {
        try withTemporaryFolder { folder in
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            let arguments = try arguments("evaluate RUN --save OUT.json", in: folder)
            _ = try Command.start(arguments, output: pipe.fileHandleForWriting).wait()
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "out.json").path))
        }
    }

    /// A closed stream's number must not become a checkpoint's.
    @Test func closedStreamsAreNotTakenForFiles() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let settings = TrainedRun.settings.map { "'\($0)'" }.joined(separator: " ")
            let line = "\"$M\" train --data \(run.data.path) --output run \(settings)"
            let command = try Command.shell("\(line) <&- >&- 2>&-", in: folder)
            #expect(command.status == 1, "the path of the run could not be printed")
            let names = ["best.safetensors", "last.safetensors", "configuration.yaml"]
            for name in names {
                let (expected, found) = (run.url.appending(path: name), folder.appending(path: "run/\(name)"))
                #expect(try Data(contentsOf: expected) == Data(contentsOf: found), "\(name)")
            }
        }
    }

    @Test func messagesThatNobodyReadsDoNotEndATraining() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            let output = folder.appending(path: "run")
            let command = try Command.start(
                ["train", "--data", run.data.path, "--output", output.path] + TrainedRun.settings,
                errors: pipe.fileHandleForWriting
            ).wait()
            #expect((command.status, command.output) == (0, output.appending(path: "best.safetensors").path + "\n"))
        }
    }

    @Test(arguments: ["margins DATA --config /dev/stdin < wide.yaml", "cat wide.yaml | \"$M\" margins DATA --config /dev/stdin"])
    func aConfigurationMayComeThroughAStream(_ line: String) throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            try Data("data: {classes: [{name: all, values: [0]}, {name: spot, values: [1]}]}".utf8)
                .write(to: folder.appending(path: "wide.yaml"))
            let command = try Command.shell(
                (line.hasPrefix("cat") ? "" : "\"$M\" ") + line.replacing("DATA", with: run.data.path), in: folder)
            #expect(command.status == 0, "\(command.errors)")
            #expect(command.output.contains("spot"))
        }
    }

    // MARK: Terminals

    static let terminals: [(environment: [String: String], drawsBars: Bool)] = [
        (["TERM": "xterm-256color"], true), (["TERM": "xterm", "NO_COLOR": "1"], true), (["TERM": "dumb"], false),
    ]

    @Test(arguments: terminals)
    func noTerminalGetsEscapeCodes(_ row: (environment: [String: String], drawsBars: Bool)) throws {
        try withTemporaryFolder { folder in
            let terminal = try PseudoTerminal()
            let command = try Command.start(
                arguments("inspect DATA", in: folder), environment: row.environment, errors: terminal.slave
            ).wait()
            let seen = terminal.read()
            #expect(command.status == 0)
            #expect(!seen.contains("\u{1B}") && !command.output.contains("\u{1B}"))
            #expect(seen.contains("\r") == row.drawsBars, "\(seen)")
            #expect(!row.drawsBars || seen.contains("reading █"), "\(seen)")
        }
    }
}
