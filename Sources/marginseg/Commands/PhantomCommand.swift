import ArgumentParser
import Foundation
import Phantoms

struct PhantomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phantom",
        abstract: "Draw a synthetic data set: chest CT with lesions, or surgical scenes with instruments.",
        discussion: """
            ct: NIfTI volumes in HU, small faint lesions (labels 0 and 1), noise and spacing of several hospitals.
            surgical: RGB frames of videos, instruments of four parts (labels 0 to 4), one of them tiny.

            The folder gets images/, labels/ and split.csv; with --layout uestc (ct) or endovis (surgical) the files are laid out like \
            those of the paper's data sets. The same seed gives the same bytes. Nothing comes from a patient.
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument { case ct, surgical }

    enum Layout: String, CaseIterable, ExpressibleByArgument { case folders, uestc, endovis }

    @Argument(help: "ct or surgical.")
    var kind: Kind

    @Option(help: "Folder for the data set; missing or empty.")
    var output: String

    @Option(help: "Volumes, or videos of 24 frames.")
    var cases = 24

    @Option(help: "How the files lie: folders, uestc (ct) or endovis (surgical).")
    var layout = Layout.folders

    @Option(help: "Another seed draws other patients.")
    var seed: UInt64 = 1

    func validate() throws {
        if cases < 1 { throw ValidationError("--cases needs 1 or more, found \(cases).") }
        switch (kind, layout) {
        case (.ct, .endovis), (.surgical, .uestc):
            throw ValidationError("--layout \(layout.rawValue) is not of \(kind.rawValue) data.")
        case (.ct, .uestc) where cases < 6: throw ValidationError("--layout uestc needs --cases 6 or more, found \(cases).")
        default: break
        }
    }

    func run() throws {
        let folder = URL(argument: output)
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let (chests, scenes) = (CTPhantom(cases: cases, seed: seed), SurgicalPhantom(videos: cases, seed: seed))
        switch (kind, layout) {
        case (.ct, .uestc): try chests.writeUESTC(to: folder, workers: workers)
        case (.ct, _): try chests.write(to: folder, workers: workers)
        case (.surgical, .endovis): try scenes.writeEndoVis(to: folder, workers: workers)
        case (.surgical, _): try scenes.write(to: folder, workers: workers)
        }
        printResult(folder.path + "\n")
    }
}
