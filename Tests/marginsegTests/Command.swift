import Foundation
import TestSupport
import Testing

/// One run of the built program, as a shell would start it.
struct Command {
    let status: Int32
    let output: String
    let errors: String

    /// The lines on standard error.
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// The program beside the tests.
    static let program = BuiltProgram.url(named: "marginseg")

    /// Runs the program to its end, without anything to read, in `folder`, with `environment` over its own.
    static func run(_ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]) throws -> Command {
        let program = try #require(program, "marginseg was built beside the tests")
        return try run(program, arguments, in: folder, environment: environment)
    }

    /// Runs another copy of the program.
    static func run(
        _ program: URL, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]
    ) throws -> Command {
        try Running(program: program, arguments, in: folder, environment: environment).wait()
    }

    /// Starts the program, without anything to read, in `folder`; its streams go to files unless others are given.
    static func start(
        _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:], output: FileHandle? = nil,
        errors: FileHandle? = nil
    ) throws -> Running {
        try Running(
            program: #require(program, "marginseg was built beside the tests"), arguments, in: folder, environment: environment,
            output: output, errors: errors)
    }

    /// Starts another program; see above.
    static func start(_ program: URL, _ arguments: [String], environment: [String: String]) throws -> Running {
        try Running(program: program, arguments, in: nil, environment: environment)
    }

    /// Runs a line of the shell in `folder`, with the program as `$M`.
    static func shell(_ line: String, in folder: URL? = nil) throws -> Command {
        let program = try #require(program, "marginseg was built beside the tests")
        return try run(URL(filePath: "/bin/sh"), ["-c", line], in: folder, environment: ["M": program.path])
    }

    /// A run of the program that goes on.
    final class Running {
        private let process = Process()
        // Files, not pipes: a pipe that nobody reads fills up.
        private let streams = FileManager.default.temporaryDirectory.appending(
            path: "marginseg-tests-\(UUID().uuidString)", directoryHint: .isDirectory)

        fileprivate init(
            program: URL, _ arguments: [String], in folder: URL?, environment: [String: String], output: FileHandle? = nil,
            errors: FileHandle? = nil
        ) throws {
            try FileManager.default.createDirectory(at: streams, withIntermediateDirectories: true)
            func stream(_ name: String) throws -> FileHandle {
                let url = streams.appending(path: name)
                try Data().write(to: url)
                return try FileHandle(forWritingTo: url)
            }
            process.executableURL = program
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, given in given }
            process.currentDirectoryURL = folder ?? streams
            process.standardInput = FileHandle.nullDevice
            let (ownOutput, ownErrors) = (try stream("output"), try stream("errors"))
            process.standardOutput = output ?? ownOutput
            process.standardError = errors ?? ownErrors
            try process.run()
        }

        deinit { try? FileManager.default.removeItem(at: streams) }

        var identifier: Int32 { process.processIdentifier }

        var isRunning: Bool { process.isRunning }

        /// What it has said on standard error so far.
        var errors: String { (try? String(contentsOf: streams.appending(path: "errors"), encoding: .utf8)) ?? "" }

        func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        /// Waits for its end; a signal that ended it is a negative status.
        func wait() throws -> Command {
            process.waitUntilExit()
            return Command(
                status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
                output: try String(contentsOf: streams.appending(path: "output"), encoding: .utf8), errors: errors)
        }
    }
}
