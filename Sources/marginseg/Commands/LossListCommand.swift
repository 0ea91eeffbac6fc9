import ArgumentParser
import SegLosses

struct LossListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show every loss with its formula, defaults, reduction and source.")

    func run() throws {
        printResult(LossCatalogue.entries.map { LossDescription($0).text }.joined(separator: "\n"))
    }
}
