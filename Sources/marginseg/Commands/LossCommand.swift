import ArgumentParser

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
