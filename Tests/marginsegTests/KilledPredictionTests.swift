import Foundation
import Phantoms
import Randomness
import TestSupport
import Testing

/// A cohort whose prediction is killed again and again, at moments that a seed draws, ends with the bytes of one left in peace.
@Suite struct KilledPredictionTests {
    private static let cases = 24
    private static let kills = 6

    private static func names(in folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }

    private static func files(in folder: URL) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in names(in: folder) { files[name] = try Data(contentsOf: folder.appending(path: name)) }
        return files
    }

    /// Cases that are done.
    private static func done(in folder: URL) -> Int {
        names(in: folder).count { $0.hasSuffix(".nii.gz") && !$0.hasPrefix(".") && !$0.contains("_entropy") }
    }

    @Test func endsWithTheFilesOfAnUndisturbedOne() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let scans = folder.appending(path: "scans")
            try CTPhantom(cases: Self.cases, width: 32, height: 32, depth: 4, seed: 9).write(to: scans)
            let (peace, war) = (folder.appending(path: "peace"), folder.appending(path: "war"))
            let arguments = [
                "predict", scans.appending(path: "images").path, "--model", run.url.path, "--probabilities", "npz",
                "--uncertainty", "entropy", "--threads", "1",
            ]
            let undisturbed = try Command.run(arguments + ["--output", peace.path])
            try #require(undisturbed.status == 0, "\(undisturbed.errors)")

            var generator = SeededGenerator(seed: 4)
            var interrupted = 0
            for number in 0..<Self.kills {
                let before = Self.done(in: war)
                let command = try Command.start(arguments + ["--output", war.path, "--continue"])
                // Before the first case, or after one or two.
                let wanted = number % 3
                while wanted > 0, command.isRunning, Self.done(in: war) < before + wanted { usleep(200) }
                usleep(UInt32(Int.random(in: 0...(wanted > 0 ? 20_000 : 400_000), using: &generator)))
                command.send(SIGKILL)
                _ = try command.wait()
                if (1..<Self.cases).contains(Self.done(in: war)) { interrupted += 1 }
            }
            #expect(interrupted > 1, "some kills came in the middle of the cohort")
            let rest = try Command.run(arguments + ["--output", war.path, "--continue"])
            try #require(rest.status == 0, "\(rest.errors)")
            let (expected, found) = (try Self.files(in: peace), try Self.files(in: war))
            #expect(found.keys.sorted() == expected.keys.sorted(), "nothing is missing, and what kills left is gone")
            #expect(found == expected)
        }
    }
}
