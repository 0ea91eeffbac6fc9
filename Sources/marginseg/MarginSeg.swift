import ArgumentParser
import Foundation
import SegInference
import Torch

@main
struct MarginSeg: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "marginseg",
        abstract:
            "Trains, evaluates and applies segmentation models of medical images whose objective is the Jaccard index (IoU).",
        discussion: """
            Typical use, for a data set in DATA as it was downloaded:

              marginseg inspect DATA                       sizes, classes, offsets
              marginseg plan DATA                          a configuration, with reasons
              marginseg train plans/DATA/plan.yaml --output runs/a
              marginseg evaluate runs/a                    IoU, Dice, recall (test)
              marginseg predict scan.nii.gz --model runs/a
              marginseg export runs/a --to model.onnx      for other programs

            `marginseg demo` does all of it on generated data in a few minutes. `marginseg help SUBCOMMAND` explains one. \
            Results go to standard output, messages to standard error. Exit codes: 0 done, 1 failed, 2 some \
            cases were left out, 64 wrong usage, 75 training stopped by a signal and saved.
            """,
        version: "marginseg \(Version.current) (libtorch \(TorchLibrary.version))",
        subcommands: [
            DemoCommand.self, PhantomCommand.self, InspectCommand.self, PlanCommand.self, MarginsCommand.self, LossCommand.self,
            TrainCommand.self, EvaluateCommand.self, CalibrateCommand.self, CompareCommand.self, BoundCommand.self,
            ReportCommand.self, PredictCommand.self, ExportCommand.self, ImportCommand.self, ShowCommand.self,
            CrossValidateCommand.self, SelectCommand.self,
            StudyCommand.self, ReproduceCommand.self,
        ])

    static func main() {
        StandardStreams.prepare()
        TorchLibrary.keepFreedMemory()
        var code = runCommand()
        if Results.failure != nil {
            if let complaint = Results.complaint { Terminal.write(complaint) }
            if code == .success { code = .failure }
        }
        Foundation.exit(code.rawValue)
    }

    /// Runs what the command line asks for, and says what is wrong.
    private static func runCommand() -> ExitCode {
        var running: (any ParsableCommand)?
        do {
            // What a variable of the shell leaves that is not set; as a path it would be the working folder.
            if let place = CommandLine.arguments.dropFirst().firstIndex(of: "") {
                throw ValidationError("argument \(place) is empty; is a variable of the shell not set?")
            }
            var command = try parseAsRoot()
            running = command
            try command.run()
            return .success
        } catch {
            let told = unknownSubcommand(besides: error) ?? error
            let code = exitCode(for: told)
            let message = running.flatMap { complaint(told, of: type(of: $0)) } ?? fullMessage(for: told)
            if code == .success {
                printResult(message + "\n")
            } else if !message.isEmpty {
                Terminal.write(message + (message.hasSuffix("\n") ? "" : "\n"))
            }
            return code
        }
    }

    /// What ArgumentParser says of a mistake in the command line that it finds itself, of one that a subcommand finds when it runs.
    private static func complaint(_ error: any Error, of command: any ParsableCommand.Type) -> String? {
        guard let error = error as? ValidationError else { return nil }
        let usage = usageString(for: command)
        let name = usage.prefix { $0 != "[" && $0 != "<" }.trimmingCharacters(in: .whitespaces)
        return "Error: \(error.message)\nUsage: \(usage)\n  See '\(name) --help' for more information."
    }

    /// That a word names no subcommand, where that is why the command line is not understood; ArgumentParser answers
    /// `help` for such a word with the help of the whole.
    private static func unknownSubcommand(besides error: any Error) -> ValidationError? {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard exitCode(for: error) == .validationFailure || arguments.first == "help" else { return nil }
        return unknownSubcommand(in: arguments)
    }
}

extension ExitCode {
    /// Some cases were left out, each of which was named; the others are done.
    static let someLeftOut = ExitCode(2)
    /// A signal ended the run; it was saved and can be resumed. The value is sysexits' EX_TEMPFAIL.
    static let stoppedAndSaved = ExitCode(75)
}
