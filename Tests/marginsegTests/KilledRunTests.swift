import Foundation
import Phantoms
import Randomness
import TestSupport
import Testing

/// A small training is killed again and again, at moments that a seed draws, and ends with the bytes of one left in peace.
///
/// `MARGINSEG_KILLS` and `MARGINSEG_SEED` make it longer and other; `Scripts/soak` does.
@Suite struct KilledRunTests {
    private static func number(_ name: String, otherwise: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? otherwise
    }

    /// Sixteen steps an epoch, each of them saved.
    private static func arguments(data: URL, kills: Int) -> [String] {
        let settings = [
            "input.normalization={window: [-1400, 100]}", "input.fit={resize: [16, 16]}", "network.architecture=unet",
            "network.features=[8, 8, 8, 8, 8]", "training.batch_size=2", "training.save_minutes=0",
            "training.augmentation.noise=0.1", "training.augmentation.horizontal_flip=0.5",
            "training.stages.1.optimizer=sgd",
        ]
        // 32 checkpoints for every five kills, and five kills see 25 go by at most: no kill comes after the end.
        return ["train", "--data", data.path, "--threads", "1", "--epochs", "\(max(3, kills / 5))"]
            + settings.flatMap { ["--set", $0] }
    }

    @Test func endsWithTheBytesOfAnUndisturbedRun() throws {
        let kills = Self.number("MARGINSEG_KILLS", otherwise: 25)
        let seed = Self.number("MARGINSEG_SEED", otherwise: 1)
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data", directoryHint: .isDirectory)
            try CTPhantom(cases: 6, width: 32, height: 32, depth: 8, seed: 5).write(to: data)
            let arguments = Self.arguments(data: data, kills: kills)
            let (peace, war) = (folder.appending(path: "peace"), folder.appending(path: "war"))
            let undisturbed = try Command.run(arguments + ["--output", peace.path])
            try #require(undisturbed.status == 0, "\(undisturbed.errors)")

            var generator = SeededGenerator(seed: UInt64(seed))
            var cutOff = (writing: 0, before: 0)
            for number in 0..<kills {
                let goesOn = FileManager.default.fileExists(atPath: war.appending(path: "configuration.yaml").path)
                let command = try Command.start(
                    goesOn ? ["train", "--resume", war.path, "--threads", "1"] : arguments + ["--output", war.path])
                Self.wait(for: Moment(number, &generator), of: command, in: war)
                command.send(SIGKILL)
                let ended = try command.wait()
                try #require(ended.status == -SIGKILL, "kill \(number) of seed \(seed): status \(ended.status), \(ended.errors)")
                let names = (try? FileManager.default.contentsOfDirectory(atPath: war.path)) ?? []
                if names.contains(where: { $0.hasSuffix(".part") }) { cutOff.writing += 1 }
                if !names.contains("configuration.yaml") { cutOff.before += 1 }
            }
            let rest = try Command.run(["train", "--resume", war.path, "--threads", "1"])
            try #require(rest.status == 0, "\(rest.errors)")

            for name in ["best.safetensors", "last.safetensors", "stage-1-pretraining.safetensors"] {
                let (expected, found) = try (
                    Data(contentsOf: peace.appending(path: name)), Data(contentsOf: war.appending(path: name))
                )
                #expect(expected == found, "\(name) after \(kills) kills of seed \(seed)")
            }
            let (expected, found) = try (Self.metrics(peace), Self.metrics(war))
            #expect(expected == found)
            #expect(cutOff.writing > 0, "some kills cut off the writing of a file")
            let left = try FileManager.default.contentsOfDirectory(atPath: war.path).filter { $0.hasSuffix(".part") }
            #expect(left == [], "what they left is gone")
            let again = try Command.run(["train", "--resume", war.path])
            #expect((again.status, again.output) == (0, rest.output), "a run that is done stays as it is")
            print(
                "\(kills) kills of seed \(seed): \(cutOff.writing) within the writing of a file, \(cutOff.before) before the first step"
            )
        }
    }

    /// When to kill: by checkpoints that went by, so that a fast machine comes no further than a slow one.
    private enum Moment {
        /// Seconds after the start, and no later than the first checkpoint of this process.
        case start(Double)
        /// Seconds after the first checkpoint of this process, and no later than three after it.
        case saved(Double)
        /// As soon as a file is seen being written, after that many checkpoints.
        case writing(Int)

        init(_ number: Int, _ generator: inout SeededGenerator) {
            self =
                switch number % 4 {
                case 0: .start(Double.random(in: 0...0.8, using: &generator))
                case 1: .writing(Int.random(in: 1...6, using: &generator))
                default: .saved(Double.random(in: 0...0.4, using: &generator))
                }
        }
    }

    private static func wait(for moment: Moment, of command: Command.Running, in run: URL) {
        /// A file that is replaced gets another number.
        func last() -> UInt64 {
            let attributes = try? FileManager.default.attributesOfItem(atPath: run.appending(path: "last.safetensors").path)
            return attributes?[.systemFileNumber] as? UInt64 ?? 0
        }
        func waitUntil(_ isThere: () -> Bool) { while command.isRunning, !isThere() { usleep(200) } }
        func waitForCheckpoints(_ count: Int, atMost seconds: Double = .infinity) {
            let start = ContinuousClock.now
            func isOver() -> Bool { seconds.isFinite && ContinuousClock.now - start >= .seconds(seconds) }
            for _ in 0..<count {
                let before = last()
                waitUntil { last() != before || isOver() }
            }
        }
        switch moment {
        case .start(let seconds): waitForCheckpoints(1, atMost: seconds)
        case .saved(let seconds):
            waitForCheckpoints(1)
            waitForCheckpoints(3, atMost: seconds)
        case .writing(let count):
            waitForCheckpoints(count)
            waitUntil {
                ((try? FileManager.default.contentsOfDirectory(atPath: run.path)) ?? []).contains { $0.hasSuffix(".part") }
            }
        }
    }

    /// The lines of `metrics.jsonl` without what a clock says.
    private static func metrics(_ run: URL) throws -> [NSDictionary] {
        let lines = try String(contentsOf: run.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n")
        return try lines.map { line in
            var object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for key in ["seconds", "seconds_waited", "validation_seconds", "images_per_second"] { object[key] = nil }
            return NSDictionary(dictionary: object)
        }
    }
}
