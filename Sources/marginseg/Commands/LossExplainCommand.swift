import ArgumentParser
import SegLosses

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
