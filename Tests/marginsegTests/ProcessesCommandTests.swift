import Foundation
import Phantoms
import Randomness
import TestSupport
import Testing

/// `marginseg train` in several processes, as a launcher starts them.
@Suite(.serialized) struct ProcessesCommandTests {
    private static let settings = [
        "input.normalization={window: [-1400, 100]}", "input.fit={resize: [16, 16]}", "network.architecture=unet",
        "network.features=[8, 8, 8, 8, 8]", "training.batch_size=2", "training.save_minutes=0",
        "training.augmentation.noise=0.1", "training.augmentation.horizontal_flip=0.5",
    ]

    private static func arguments(_ data: URL, epochs: Int = 2, _ more: [String] = []) -> [String] {
        ["train", "--data", data.path, "--threads", "1", "--workers", "1", "--epochs", "\(epochs)", "--timeout", "20"]
            + settings.flatMap { ["--set", $0] } + more
    }

    private func withData(_ body: (_ data: URL, _ folder: URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data", directoryHint: .isDirectory)
            try CTPhantom(cases: 6, width: 32, height: 32, depth: 8, seed: 5).write(to: data)
            try body(data, folder)
        }
    }

    /// What a launcher that follows PyTorch sets.
    private static func environment(_ rank: Int, port: Int = Int.random(in: 20_000...29_999)) -> [String: String] {
        [
            "RANK": "\(rank)", "WORLD_SIZE": "2", "LOCAL_RANK": "\(rank)", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": "\(port)",
        ]
    }

    private static func metrics(_ run: URL) throws -> [[String: Any]] {
        try String(contentsOf: run.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func expectSameNumbers(_ run: URL, _ other: URL) throws {
        let (found, expected) = try (Self.metrics(run), Self.metrics(other))
        #expect(found.count == expected.count)
        for (line, other) in zip(found, expected) {
            for key in ["training_loss", "validation_loss"] {
                let (value, alone) = try (#require(line[key] as? Double), #require(other[key] as? Double))
                #expect(abs(value - alone) < 1e-3 * max(1, abs(alone)), "\(key): \(value), alone \(alone)")
            }
        }
    }

    /// Two processes have the numbers of one, leave one run folder, and go on after a signal with the same bytes; another number of
    /// processes goes on too, after saying so.
    @Test func twoTrainAsOne() throws {
        try withData { data, folder in
            let (one, two, cut) = (folder.appending(path: "one"), folder.appending(path: "two"), folder.appending(path: "cut"))
            try #require(try Command.run(Self.arguments(data, ["--output", one.path])).status == 0)
            let together = try Command.run(Self.arguments(data, ["--output", two.path, "--processes", "2"]))
            try #require(together.status == 0, "\(together.errors)")
            #expect(together.output == two.appending(path: "best.safetensors").path + "\n", "one process tells the result")
            #expect(together.errors.contains("2 processes share each batch"))
            try expectSameNumbers(two, one)
            let facts = try String(contentsOf: two.appending(path: "run.json"), encoding: .utf8)
            #expect(facts.contains("\"processes\" : 2"))

            let first = try Command.start(Self.arguments(data, epochs: 40, ["--output", cut.path, "--processes", "2"]))
            while first.isRunning, !FileManager.default.fileExists(atPath: cut.appending(path: "best.safetensors").path) {
                usleep(1000)
            }
            first.send(SIGTERM)
            let stopped = try first.wait()
            #expect(stopped.status == 75, "\(stopped.errors)")
            let saved = stopped.errors.components(separatedBy: "stopped and saved at").count - 1
            #expect(saved == 1, "saved once:\n\(stopped.errors)")
            let alone = try Command.run(["train", "--resume", cut.path, "--epochs", "3", "--threads", "1"])
            #expect(alone.status == 0 && alone.errors.contains("processes 1, not 2"), "\(alone.errors)")
            let left = try FileManager.default.contentsOfDirectory(atPath: FileManager.default.temporaryDirectory.path)
                .filter { $0.hasPrefix("marginseg-process-") }
            #expect(left == [], "what the others wrote is gone")
        }
    }

    /// Processes are killed at moments that a seed draws; `MARGINSEG_KILLS` makes it longer.
    @Test func killedProcessesGoOnToTheSameBytes() throws {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["MARGINSEG_KILLS"].flatMap { Int($0) } ?? 4
        var generator = SeededGenerator(seed: environment["MARGINSEG_SEED"].flatMap { UInt64($0) } ?? 1)
        try withData { data, folder in
            let (peace, war) = (folder.appending(path: "peace"), folder.appending(path: "war"))
            let begin = Self.arguments(data, epochs: max(4, kills / 2), ["--processes", "2"])
            try #require(try Command.run(begin + ["--output", peace.path]).status == 0)
            for number in 0..<kills {
                let goesOn = FileManager.default.fileExists(atPath: war.appending(path: "configuration.yaml").path)
                let run = try Command.start(
                    goesOn
                        ? ["train", "--resume", war.path, "--processes", "2", "--threads", "1", "--timeout", "20"]
                        : begin + ["--output", war.path])
                usleep(UInt32(Double.random(in: 0.5...2.5, using: &generator) * 1e6))
                let children = try Command.shell("pgrep -P \(run.identifier)").output.split(separator: "\n").compactMap {
                    Int32($0)
                }
                let victim = children.randomElement(using: &generator)
                if let victim { kill(victim, SIGKILL) }
                let ended = try run.wait()
                guard let victim, ended.status != 0 else { continue }
                #expect(ended.status == 1, "kill \(number): \(ended.errors)")
                #expect(ended.errors.contains("was ended by signal 9"), "process \(victim): \(ended.errors)")
            }
            let rest = try Command.run(["train", "--resume", war.path, "--processes", "2", "--threads", "1"])
            try #require(rest.status == 0, "\(rest.errors)")
            for name in ["best.safetensors", "last.safetensors", "stage-1-pretraining.safetensors"] {
                #expect(
                    try Data(contentsOf: peace.appending(path: name)) == Data(contentsOf: war.appending(path: name)), "\(name)")
            }
        }
    }

    /// PyTorch's own launcher, which keeps the store itself.
    @Test(.enabled(if: PeerPython.has("torch"), "\(PeerPython.missing("torch"))"))
    func torchrunLaunchesIt() throws {
        try withData { data, folder in
            let run = folder.appending(path: "run")
            let program = try #require(Command.program)
            let launched = try Command.run(
                URL(filePath: "/usr/bin/env"),
                [
                    PeerPython.program, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--no-python", "--standalone",
                    program.path,
                ]
                    + Self.arguments(data, ["--output", run.path]))
            #expect(launched.status == 0, "\(launched.errors)")
            #expect(launched.output.contains(run.appending(path: "best.safetensors").path))
            #expect(try Self.metrics(run).count == 4)
        }
    }

    /// What `srun` sets for two tasks on one host.
    @Test func slurmLaunchesIt() throws {
        try withData { data, folder in
            let run = folder.appending(path: "run")
            let job = Int.random(in: 0..<10_000)
            let tasks = try (0..<2).map { rank in
                try Command.start(
                    Self.arguments(data, ["--output", run.path]),
                    environment: [
                        "SLURM_PROCID": "\(rank)", "SLURM_STEP_NUM_TASKS": "2", "SLURM_LOCALID": "\(rank)",
                        "SLURM_STEP_NUM_NODES": "1", "SLURM_STEP_NODELIST": "localhost", "SLURM_JOB_ID": "\(job)",
                    ])
            }
            for task in tasks {
                let ended = try task.wait()
                #expect(ended.status == 0, "\(ended.errors)")
            }
            #expect(try Self.metrics(run).count == 4)
        }
    }

    // MARK: Failures

    private static func together(_ arguments: [[String]]) throws -> [Command] {
        let port = Int.random(in: 20_000...29_999)
        let started = try arguments.enumerated().map { rank, arguments in
            try Command.start(arguments, environment: environment(rank, port: port))
        }
        return try started.map { try $0.wait() }
    }

    @Test func othersThanTheFirstsConfigurationAreRefused() throws {
        try withData { data, folder in
            let output = ["--output", folder.appending(path: "run").path]
            let ended = try Self.together([
                Self.arguments(data, output), Self.arguments(data, output + ["--set", "training.stages.0.learning_rate=0.5"]),
            ])
            for command in ended {
                #expect(command.status == 1)
                #expect(
                    command.errors.contains("process 1 would train something else than process 0")
                        && command.errors.contains("training.stages[0].learning_rate (0.001, now 0.5)"), "\(command.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run").path))
        }
    }

    /// What one process finds wrong is told by the other too.
    @Test func theOthersTellWhyOneFailed() throws {
        try withData { data, folder in
            let output = ["--output", folder.appending(path: "run").path]
            let ended = try Self.together([
                Self.arguments(data, output), Self.arguments(folder.appending(path: "nowhere"), output),
            ])
            #expect(ended[0].status == 1 && ended[0].errors.contains("process 1 failed: "), "\(ended[0].errors)")
            #expect(ended[1].status == 1 && ended[1].errors.contains("Error: process 1 of 2: "), "\(ended[1].errors)")
            // The first keeps the store in which the others look.
            let other = try Self.together([
                Self.arguments(folder.appending(path: "nowhere"), output), Self.arguments(data, output),
            ])
            #expect(other[1].status == 1 && other[1].errors.contains("process 0 failed: "), "\(other[1].errors)")
        }
    }

    @Test func batchesMustDivide() throws {
        try withData { data, folder in
            let ended = try Command.run(
                Self.arguments(
                    data, ["--output", folder.appending(path: "run").path, "--processes", "2", "--set", "training.batch_size=3"]))
            #expect(ended.status == 1)
            #expect(
                ended.errors.contains(
                    "training.batch_size is 3, which 2 processes cannot share evenly; take a multiple of 2, or another number of processes: 1, 3"
                ), "\(ended.errors)")
        }
    }

    @Test func environmentsThatDoNotFitAreErrors() throws {
        try withData { data, folder in
            let arguments = Self.arguments(data, ["--output", folder.appending(path: "run").path])
            func error(_ environment: [String: String], _ more: [String] = []) throws -> String {
                let ended = try Command.run(arguments + more, environment: environment)
                #expect(ended.status != 0)
                return ended.errors
            }
            #expect(try error(["WORLD_SIZE": "2"]).contains("WORLD_SIZE is set, and RANK is not"))
            #expect(try error(Self.environment(0), ["--processes", "2"]).contains("leave --processes out"))
            // The others never come.
            let alone = try error(Self.environment(0), ["--timeout", "2"])
            #expect(alone.contains("could not meet the others at 127.0.0.1:"), "\(alone)")
            let second = try error(Self.environment(1), ["--timeout", "2"])
            #expect(second.contains("see whether process 0 runs"), "\(second)")
            // Somebody else has the port.
            let taken = try Self.listen()
            defer { close(taken.descriptor) }
            let busy = try error(Self.environment(0, port: taken.port), ["--timeout", "2"])
            #expect(busy.contains("address already in use") && busy.contains("MASTER_PORT"), "\(busy)")
        }
    }

    private static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let isBound = withUnsafeMutableBytes(of: &address) { bytes in
            let place = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return bind(descriptor, place, length) == 0 && Foundation.listen(descriptor, 1) == 0
                && getsockname(descriptor, place, &length) == 0
        }
        try #require(isBound)
        return (descriptor, Int(UInt16(bigEndian: address.sin6_port)))
    }

    /// A process that hangs ends the others within the timeout.
    @Test func hangingProcessesAreFound() throws {
        try withData { data, folder in
            let run = folder.appending(path: "run")
            let port = Int.random(in: 20_000...29_999)
            let started = try (0..<2).map { rank in
                try Command.start(
                    Self.arguments(data, epochs: 200, ["--output", run.path, "--timeout", "4"]),
                    environment: Self.environment(rank, port: port))
            }
            defer { for command in started { command.send(SIGKILL) } }
            while started[0].isRunning, !FileManager.default.fileExists(atPath: run.appending(path: "best.safetensors").path) {
                usleep(1000)
            }
            started[1].send(SIGSTOP)
            let clock = ContinuousClock.now
            let ended = try started[0].wait()
            #expect(ContinuousClock.now - clock < .seconds(30))
            #expect(ended.status == 1)
            #expect(ended.errors.contains("process 1 ended, hangs or cannot be reached"), "\(ended.errors)")
            #expect(ended.errors.contains("the last checkpoint stands: go on with --resume"))
        }
    }

    /// Two network namespaces as two hosts, whose link goes down and comes up again.
    @Test(.enabled(if: Self.canMakeNetworks, "network namespaces need root and ip"))
    func aLostNetworkEndsTheRunAndItGoesOn() throws {
        let names = (0..<2).map { "marginseg-\(getpid())-\($0)" }
        func ip(_ line: String) throws { try #require(try Command.shell("ip \(line)").status == 0, "ip \(line)") }
        defer { for name in names { _ = try? Command.shell("ip netns del \(name)") } }
        for name in names { try ip("netns add \(name)") }
        try ip("link add v0 netns \(names[0]) type veth peer name v1 netns \(names[1])")
        for (rank, name) in names.enumerated() {
            try ip("-n \(name) addr add 10.77.0.\(rank + 1)/24 dev v\(rank)")
            for link in ["lo", "v\(rank)"] { try ip("-n \(name) link set \(link) up") }
        }
        try withData { data, folder in
            let run = folder.appending(path: "run")
            let program = try #require(Command.program)
            func start(_ arguments: [String]) throws -> [Command.Running] {
                try names.enumerated().map { rank, name in
                    try Command.start(
                        URL(filePath: "/usr/bin/env"), ["ip", "netns", "exec", name, program.path] + arguments,
                        environment: Self.environment(rank, port: 29_511).merging([
                            "MASTER_ADDR": "10.77.0.1", "LOCAL_WORLD_SIZE": "1", "LOCAL_RANK": "0",
                            "GLOO_SOCKET_IFNAME": "v\(rank)",
                        ]) { $1 })
                }
            }
            let first = try start(Self.arguments(data, epochs: 300, ["--output", run.path, "--timeout", "4"]))
            defer { for command in first { command.send(SIGKILL) } }
            while first[0].isRunning, !FileManager.default.fileExists(atPath: run.appending(path: "best.safetensors").path) {
                usleep(1000)
            }
            try ip("-n \(names[0]) link set v0 down")
            let clock = ContinuousClock.now
            for (rank, command) in first.enumerated() {
                let ended = try command.wait()
                #expect(ended.status == 1)
                #expect(
                    ended.errors.contains("process \(1 - rank) ended, hangs or cannot be reached"),
                    "process \(rank): \(ended.errors)")
            }
            #expect(ContinuousClock.now - clock < .seconds(40))
            try ip("-n \(names[0]) link set v0 up")
            let epochs = try Self.metrics(run).count + 1
            for command in try start([
                "train", "--resume", run.path, "--epochs", "\(epochs)", "--threads", "1", "--timeout", "20",
            ]) {
                let ended = try command.wait()
                #expect(ended.status == 0, "\(ended.errors)")
            }
            #expect(try Self.metrics(run).count > epochs)
        }
    }

    private static let canMakeNetworks: Bool = {
        guard getuid() == 0 else { return false }
        let made = try? Command.shell("ip netns add marginseg-\(getpid())-probe && ip netns del marginseg-\(getpid())-probe")
        return made?.status == 0
    }()
}
