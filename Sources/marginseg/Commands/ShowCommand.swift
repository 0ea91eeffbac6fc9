import ArgumentParser
import DurableFiles
import Foundation
import SegInference

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Say what a model is: its task, what it was trained on, its scores, and how it predicts.",
        discussion: """
            A model is a run folder, a folder of runs, or a checkpoint file. What is shown lies in it: classes, the network, counts of \
            the cases it was trained on, objectives and margin-offsets, windows and decisions, and the scores that marginseg evaluate, \
            cross-validate and select stored, with their intervals. No case is named.

              marginseg show runs/a
              marginseg show runs/a --markdown > MODEL.md     a card for publication
            """)

    @Argument(help: "A run folder, a folder of runs, or a checkpoint file.")
    var model: String

    @Flag(help: "Print Markdown.")
    var markdown = false

    func run() throws {
        let card = try ModelCard(NamedModels([model]))
        printResult(markdown ? card.markdown : card.text)
    }
}
