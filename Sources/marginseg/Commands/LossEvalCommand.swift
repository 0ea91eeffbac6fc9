import ArgumentParser
import Foundation
import SegLosses
import Torch

struct LossEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Compute an objective and its gradient on tensors from another program.",
        discussion: """
            Logits are [B, C, H, W] or [B, C, D, H, W], float; labels [B, H, W] or [B, D, H, W], whole numbers. With --gradient, the \
            derivative with respect to the logits is written as the tensor `gradient`.

              marginseg loss eval 'margin+dice' --logits net.safetensors --labels truth.safetensors --ignore 255 \\
                --counts 39500000,480000 --gradient gradient.safetensors
            """)

    @Argument(help: ArgumentHelp("An objective; quote it for the shell.", valueName: "expr"))
    var expression: String

    @Option(help: ArgumentHelp("Safetensors file with the logits.", valueName: "file"))
    var logits: String

    @Option(help: ArgumentHelp("Name of the logits, where the file holds more than one tensor.", valueName: "name"))
    var logitsName: String?

    @Option(help: ArgumentHelp("Safetensors file with the labels.", valueName: "file"))
    var labels: String

    @Option(help: ArgumentHelp("Name of the labels, where the file holds more than one tensor.", valueName: "name"))
    var labelsName: String?

    @Option(help: ArgumentHelp("Label of the pixels that take no part.", valueName: "label"))
    var ignore: Int?

    @Option(
        help: ArgumentHelp(
            "Pixels of each class in the training set, for losses with margins.",
            discussion: "Default: those of the labels given.", valueName: "n0,n1,…"))
    var counts: CountList?

    @Option(help: ArgumentHelp("Also write the gradient into this safetensors file.", valueName: "file"))
    var gradient: String?

    @Flag(help: "Print JSON instead of text; its `loss` is the value.")
    var json = false

    func run() throws {
        let expression = try LossExpression(expression)
        try expression.check()
        try OutputOption.check([OutputOption("--gradient", gradient)], inputs: [URL(argument: logits), URL(argument: labels)])
        let evaluation = try LossEvaluation(
            expression, logits: Safetensors.tensor(named: logitsName, in: URL(argument: logits), option: "--logits-name"),
            labels: Safetensors.tensor(named: labelsName, in: URL(argument: labels), option: "--labels-name"),
            ignoreLabel: ignore, counts: counts?.values)
        if let gradient {
            try Safetensors(tensors: ["gradient": evaluation.gradient], metadata: ["objective": expression.text])
                .write(to: URL(argument: gradient))
        }
        let report = LossReport(expression, evaluation)
        printResult(json ? try report.json() : report.text)
    }
}
