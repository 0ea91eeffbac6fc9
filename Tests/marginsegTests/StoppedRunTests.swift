import Foundation
import TestSupport
import Testing

/// A run that a signal stops, and what `train --resume` takes.
@Suite struct StoppedRunTests {
    private func start(in folder: URL, _ options: [String], errors: FileHandle? = nil) throws -> Command.Running {
        try Command.start(
            ["train", "--data", TrainedRun.shared().data.path, "--output", folder.appending(path: "run").path]
                + TrainedRun.settings + options, errors: errors)
    }

    /// A run of many epochs, stopped in its first.
    private func stopped(by signal: Int32, in folder: URL) throws -> (run: URL, command: Command) {
        let command = try start(in: folder, ["--epochs", "200"])
        while command.isRunning, !command.errors.contains("200 epochs of 2 steps") { usleep(5000) }
        command.send(signal)
        return (folder.appending(path: "run"), try command.wait())
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
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

    /// `timeout` sends a signal to the program and to its group.
    @Test(arguments: [[SIGINT, SIGINT], [SIGTERM, SIGTERM], [SIGINT, SIGTERM], [SIGHUP, SIGHUP]])
    func oneWishSentTwiceIsOneWish(_ signals: [Int32]) throws {
        try withTemporaryFolder { folder in
            let command = try start(in: folder, ["--epochs", "200"])
            while command.isRunning, !command.errors.contains("200 epochs of 2 steps") { usleep(5000) }
            for signal in signals { command.send(signal) }
            while command.isRunning, !command.errors.contains("stopping after this step") { usleep(100) }
            for signal in signals { command.send(signal) }
            let ended = try command.wait()
            #expect(ended.status == 75, "\(ended.errors)")
            #expect(ended.errors.contains("stopped and saved at stage 1"))
        }
    }

    @Test func theSecondSignalQuitsAtOnce() throws {
        try withTemporaryFolder { folder in
            // One step takes many seconds.
            let settings =
                TrainedRun.settings + [
                    "--set", "input.fit={pad: [512, 512]}", "--set", "training.batch_size=4", "--set",
                    "network.features=[32, 64, 128, 256, 512]", "--set", "network.execution=composed",
                ]
            let command = try Command.shell(
                """
                "$M" train --data \(TrainedRun.shared().data.path) --output run \(settings.map { "'\($0)'" }.joined(separator: " ")) \
                    2>messages &
                until grep -q '2 epochs of 2 steps' messages; do sleep 0.05; done
                kill -TERM $!; until grep -q 'stopping after this step' messages; do sleep 0.01; done
                sleep 1.1; kill -TERM $!; wait $!
                """, in: folder)
            #expect(command.status == 128 + SIGTERM, "\(command.errors)")
            let messages = try String(contentsOf: folder.appending(path: "messages"), encoding: .utf8)
            #expect(!messages.contains("stopped and saved"), "\(messages)")
        }
    }

    @Test func aLostTerminalSavesToo() throws {
        try withTemporaryFolder { folder in
            let terminal = try PseudoTerminal()
            let command = try start(in: folder, ["--epochs", "200"], errors: terminal.slave)
            var seen = ""
            while command.isRunning, !seen.contains("200 epochs of 2 steps") {
                usleep(5000)
                seen += terminal.read()
            }
            terminal.close()
            usleep(200_000)
            #expect(command.isRunning, "writing to a terminal that is gone ends nothing")
            command.send(SIGHUP)
            #expect(try command.wait().status == 75)
            let log = try String(contentsOf: folder.appending(path: "run/log.txt"), encoding: .utf8)
            #expect(log.contains("stopped and saved at stage 1"))
        }
    }

    @Test func aRunThatFailsSaysWhyInItsLog() throws {
        try withTemporaryFolder { folder in
            let command = try Command.run(
                ["train", "--data", TrainedRun.shared().data.path, "--output", "run"] + TrainedRun.settings
                    + ["--set", "training.stages.0.learning_rate=1e30"], in: folder)
            #expect(command.status == 1)
            let error = try #require(command.errors.firstMatch(of: /Error: (the loss is [^\n]*)/)?.1)
            let log = try String(contentsOf: folder.appending(path: "run/log.txt"), encoding: .utf8)
            #expect(log.contains(" error \(error)"), "\(log)")
        }
    }

    /// `nohup` asks for it.
    @Test func whoIgnoresHangingUpGoesOn() throws {
        try withTemporaryFolder { folder in
            let settings = (TrainedRun.settings + ["--epochs", "200"]).map { "'\($0)'" }.joined(separator: " ")
            let data = try TrainedRun.shared().data.path
            let command = try Command.shell(
                """
                trap '' HUP
                "$M" train --data \(data) --output run \(settings) 2>messages &
                until grep -q '200 epochs of 2 steps' messages; do sleep 0.05; done
                kill -HUP $!; until [ $(grep -c 'epoch ' messages) -gt 2 ]; do sleep 0.05; done
                kill -TERM $!; wait $!
                """, in: folder)
            #expect(command.status == 75)
            let messages = try String(contentsOf: folder.appending(path: "messages"), encoding: .utf8)
            #expect(messages.split(separator: "\n").count { $0.contains("epoch ") } > 2, "\(messages)")
        }
    }
}
