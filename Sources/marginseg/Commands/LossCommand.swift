import ArgumentParser
import SegLosses

struct LossCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loss",
        abstract: "List, explain and evaluate objectives.",
        discussion: """
            An objective is a weighted sum of losses with their parameters, as `train` takes it:

              margin(form=paper, tau=10, nu=1) + 0.5*tversky(fp=0.3, fn=0.7)
            """,
        subcommands: [LossListCommand.self, LossExplainCommand.self, LossEvalCommand.self])
}

struct LossListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show every loss with its formula, defaults, reduction and source.")

    func run() throws {
        printResult(LossCatalogue.entries.map { LossDescription($0).text }.joined(separator: "\n"))
    }
}

struct LossExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show what an objective computes: each term's formula, the value of every parameter, reduction and source.",
        discussion: """
              marginseg loss explain 'margin(tau=10, nu=1) + 0.5*tversky(fp=0.3, fn=0.7)'
            """)

    @Argument(help: ArgumentHelp("An objective; quote it for the shell.", valueName: "expr"))
    var expression: String

    func run() throws {
        let terms = try LossExpression(expression).explanation()
        printResult(terms.map { LossDescription($0).text }.joined(separator: "\n"))
    }
}
