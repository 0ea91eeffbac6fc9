import Foundation
import TestSupport
import Testing

/// A run that a signal stops, and what `train --resume` takes.
@Suite struct StoppedRunTests {
    /// A run of many epochs, stopped in its first.
    private func stopped(by signal: Int32, in folder: URL) throws -> (run: URL, command: Command) {
        let run = folder.appending(path: "run")
        let command = try Command.start(
            ["train", "--data", TrainedRun.shared().data.path, "--output", run.path] + TrainedRun.settings + ["--epochs", "200"])
        while command.isRunning, !command.errors.contains("200 epochs of 2 steps") { usleep(5000) }
        command.send(signal)
        return (run, try command.wait())
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalSavesAndSaysHowToGoOn(_ signal: Int32) throws {
        try withTemporaryFolder { folder in
            let (run, command) = try stopped(by: signal, in: folder)
            #expect((command.status, command.output) == (75, ""))
            #expect(command.errors.contains("stopping after this step; once more quits at once\n"))
            let pattern =
                /stopped and saved at stage 1, (epoch \d+, after step \d|after epoch \d+); go on with: marginseg train --resume (\S+)\n/
            let match = try #require(try pattern.firstMatch(in: command.errors), "\(command.errors)")
            #expect(match.2 == run.path)

            // Another configuration is refused, unless asked for; a stage that is under way can be cut.
            let file = folder.appending(path: "other.yaml")
            try Data("preset: quick\ndata: {folder: \(TrainedRun.shared().data.path)}\ntraining: {seed: 5}\n".utf8).write(
                to: file)
            let refused = try Command.run(
                ["train", file.path, "--resume", run.path] + TrainedRun.settings + ["--epochs", "200"])
            #expect(refused.status == 1)
            #expect(
                refused.errors
                    == "Error: \(run.path) cannot go on with another training.seed (1, now 5); begin a new run with --output and --from \(run.path)\n"
            )
            let shorter = try Command.run(["train", "--resume", run.path, "--epochs", "1", "--threads", "1"])
            #expect(shorter.status == 0, "\(shorter.errors)")
            for line in ["going on at stage 1, ", "changed: training.stages[0].epochs (200, now 1)\n"] {
                #expect(shorter.errors.contains(line), "\(line)")
            }
            #expect(shorter.output == run.appending(path: "best.safetensors").path + "\n")
        }
    }

    @Test func theSecondSignalQuitsAtOnce() throws {
        try withTemporaryFolder { folder in
            let run = folder.appending(path: "run")
            let command = try Command.start(
                ["train", "--data", TrainedRun.shared().data.path, "--output", run.path] + TrainedRun.settings)
            // Stopped by the system, it receives both when it wakes.
            while command.isRunning, !command.errors.contains("2 epochs of 2 steps") { usleep(5000) }
            command.send(SIGINT)
            while command.isRunning, !command.errors.contains("stopping after this step") { usleep(100) }
            command.send(SIGINT)
            let ended = try command.wait()
            // The first may have been obeyed by then.
            #expect([-SIGINT, 75].contains(ended.status), "\(ended.status)")
        }
    }
}
