#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    /// The program beside others that want its cores.
    @Suite struct SharedCoresTests {
        /// How many threads there are that keep the waits of the others short.
        private func watchers(of command: Command.Running) -> Int {
            let tasks = "/proc/\(command.identifier)/task"
            return ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []).filter {
                (try? String(contentsOfFile: "\(tasks)/\($0)/comm", encoding: .utf8)) == "shared-cores\n"
            }.count
        }

        private func train(in folder: URL, environment: [String: String] = [:]) throws -> Command.Running {
            try Command.start(
                ["train", "--data", TrainedRun.shared().data.path, "--output", folder.appending(path: "run").path]
                    + TrainedRun.settings + ["--epochs", "100000"], environment: environment)
        }

        @Test(.timeLimit(.minutes(2))) func waitsAreShortWhileOthersWantTheCores() throws {
            try withTemporaryFolder { folder in
                let cores = ProcessInfo.processInfo.activeProcessorCount
                let others = try (0..<2 * cores).map { _ in
                    let other = Process()
                    other.executableURL = URL(filePath: "/bin/sh")
                    other.arguments = ["-c", "while :; do :; done"]
                    try other.run()
                    return other
                }
                // Not by a signal that it may have been started with blocked, and before anything can be thrown.
                defer {
                    for other in others {
                        kill(other.processIdentifier, SIGKILL)
                        other.waitUntilExit()
                    }
                }
                let command = try train(in: folder)
                // One that watches, and one more than there are cores.
                while command.isRunning, watchers(of: command) < cores + 2 { usleep(50000) }
                #expect(command.isRunning)
                command.send(SIGTERM)
                #expect(try command.wait().status == 75)
            }
        }

        @Test(arguments: ["OMP_WAIT_POLICY=active", "GOMP_SPINCOUNT=1000"])
        func whoHasChosenIsNotAnswered(_ choice: String) throws {
            try withTemporaryFolder { folder in
                let words = choice.split(separator: "=").map(String.init)
                let command = try train(in: folder, environment: [words[0]: words[1]])
                while command.isRunning, !command.errors.contains("epoch") { usleep(5000) }
                #expect(watchers(of: command) == 0)
                command.send(SIGTERM)
                #expect(try command.wait().status == 75)
            }
        }
    }
#endif
