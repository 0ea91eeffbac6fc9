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

    /// Runs the program to its end, without anything to read, in `folder`.
    static func run(_ arguments: [String], in folder: URL? = nil) throws -> Command {
        let program = try #require(program, "marginseg was built beside the tests")
        return try withTemporaryFolder { streams in
            // Files, not pipes: a pipe that nobody reads fills up.
            func stream(_ name: String) throws -> (url: URL, handle: FileHandle) {
                let url = streams.appending(path: name)
                try Data().write(to: url)
                return (url, try FileHandle(forWritingTo: url))
            }
            let (output, errors) = (try stream("output"), try stream("errors"))
            let process = Process()
            process.executableURL = program
            process.arguments = arguments
            process.currentDirectoryURL = folder ?? streams
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output.handle
            process.standardError = errors.handle
            try process.run()
            process.waitUntilExit()
            return Command(
                status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
                output: try String(contentsOf: output.url, encoding: .utf8),
                errors: try String(contentsOf: errors.url, encoding: .utf8))
        }
    }
}
