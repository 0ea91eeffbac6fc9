import ArgumentParser
import Foundation
import SegData

struct PhantomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phantom",
        abstract: "Draw a synthetic data set: chest CT with lesions, or surgical scenes with instruments.",
        discussion: """
            ct: NIfTI volumes in HU, small faint lesions (labels 0 and 1), noise and spacing of several hospitals.
            surgical: RGB frames of videos, instruments of four parts (labels 0 to 4), one of them tiny.

            The folder gets images/, labels/ and split.csv. The same seed gives the same bytes. Nothing comes from a patient.
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument { case ct, surgical }

    @Argument(help: "ct or surgical.")
    var kind: Kind

    @Option(help: "Folder for the data set; missing or empty.")
    var output: String

    @Option(help: "Volumes, or videos of 24 frames.")
    var cases = 24

    @Option(help: "Another seed draws other patients.")
    var seed: UInt64 = 1

    func validate() throws {
        if cases < 1 { throw ValidationError("--cases needs 1 or more, found \(cases).") }
    }

    func run() throws {
        let folder = URL(argument: output)
        let workers = ProcessInfo.processInfo.activeProcessorCount
        switch kind {
        case .ct: try CTPhantom(cases: cases, seed: seed).write(to: folder, workers: workers)
        case .surgical: try SurgicalPhantom(videos: cases, seed: seed).write(to: folder, workers: workers)
        }
        printResult(folder.path + "\n")
    }
}
