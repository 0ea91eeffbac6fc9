import Foundation
import TestSupport
import Testing

/// A short run of `make fuzz`.
@Suite struct FuzzTests {
    @Test func damagedFilesAreReadOrRefused() throws {
        let program = try #require(BuiltProgram.url(named: "fuzz"), "fuzz was built beside the tests")
        let process = Process()
        let output = Pipe()
        process.executableURL = program
        process.arguments = ["500", "2"]
        process.standardOutput = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(said == "fuzz: 500 mutations of seed 2, 0 faults\n")
        #expect(process.terminationStatus == 0)
    }
}
