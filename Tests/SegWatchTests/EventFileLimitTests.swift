@testable import SegTraining
import Foundation
import MedicalImages
import TestSupport
import Testing

@testable import DataSets
@testable import Sampling
@testable import SegConfiguration
@testable import SegInference
@testable import SegWatch

/// What a run's event files take on disk, and that they cannot end a run.
@Suite struct EventFileLimitTests {
    /// A case of noise in colour, which no compression makes smaller.
    private func noise(side: Int, in folder: URL) throws -> PreparedCase {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (image, label) = (folder.appending(path: "i.png"), folder.appending(path: "l.png"))
        var state: UInt32 = 1
        func byte() -> UInt8 {
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        try PNG.write(rgb: (0..<3 * side * side).map { _ in byte() }, width: side, height: side, to: image)
        try PNG.write(gray: (0..<side * side).map { _ in byte() & 1 }, width: side, height: side, to: label)
        let recipe = Recipe(
            labels: LabelMap(identity: 2), normalization: .imageNet, fit: .resize(to: .init(height: 32, width: 32), by: .bicubic))
        return try CaseReader(recipe).read(DataCase(id: "noise", group: "noise", image: ImageLocation(image), label: label))
    }

    private func byteCount(_ run: RunFolder) throws -> Int {
        try FileManager.default.contentsOfDirectory(at: run.tensorBoard, includingPropertiesForKeys: [.fileSizeKey])
            .reduce(0) { $0 + (try $1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0) }
    }

    /// Two stages of 10 and 20 epochs, of 5 steps, with three validation cases each.
    private func play(_ overrides: [String], prepared: PreparedCase, into run: RunFolder) throws -> (
        pictures: Int, problems: [String]
    ) {
        let configuration = try ConfigurationReader(
            file: nil,
            overrides: ["training.stages.0.epochs=10", "training.stages.1.epochs=20"] + overrides.map { "training.watch.\($0)" }
        ).configuration()
        try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: true)
        var problems: [String] = []
        let watch = RunWatch(run, configuration: configuration) { problems.append("\($0)") }
        var pictures = 0
        for stage in 1...2 {
            watch.show(TinyTraining.start(stage))
            for epoch in 1...[10, 20][stage - 1] {
                for step in 1...5 { watch.show(TinyTraining.step(5 * (epoch - 1) + step, of: stage)) }
                watch.show(.validating(cases: 3))
                for number in 1...3 {
                    let before = (try? byteCount(run)) ?? 0
                    let prediction = [UInt8](repeating: 1, count: prepared.extent.voxelCount)
                    watch.show(.validated(.init(number: number, prepared: prepared, prediction: prediction)))
                    if try byteCount(run) > before + 1000 { pictures += 1 }
                }
                watch.show(.epochFinished(TinyTraining.record(epoch, of: stage)))
            }
        }
        return (pictures, problems)
    }

    @Test func picturesAreFewAndSmall() throws {
        try withTemporaryFolder { folder in
            let prepared = try noise(side: 300, in: folder)
            let run = RunFolder(folder.appending(path: "run"))
            let (pictures, problems) = try play(["epochs=5", "side=64"], prepared: prepared, into: run)
            #expect(problems.isEmpty, "\(problems)")
            #expect(pictures == 3 * 5)
            // Four panels of 60 × 60 pixels in colour, beside the curves of 30 epochs and 150 steps.
            let bytes = try byteCount(run)
            #expect(bytes < 15 * (4 * 64 * 64 * 3 + 1000) + 100_000, "\(bytes) bytes")
        }
    }

    @Test func nothingIsWrittenBeyondTheLimit() throws {
        try withTemporaryFolder { folder in
            let prepared = try noise(side: 64, in: folder)
            let run = RunFolder(folder.appending(path: "run"))
            let (pictures, problems) = try play(["megabytes=0.2", "epochs=30", "side=64"], prepared: prepared, into: run)
            #expect((1...5).contains(pictures), "\(pictures)")
            #expect(
                problems == [
                    "the event files have reached training.watch.megabytes (0.2): no more pictures and histograms"
                ], "told once, and the scores go on")
            #expect(try byteCount(run) <= 200_000)
            // A second session counts what the first left.
            let (more, _) = try play(["megabytes=0.2", "epochs=30", "side=64"], prepared: prepared, into: run)
            #expect(more == 0)
            #expect(try byteCount(run) <= 200_000)
        }
    }

    @Test(arguments: [("megabytes=0", false), ("pictures=0", true), ("epochs=0", true)])
    func canBeTurnedOff(_ override: String, _ hasCurves: Bool) throws {
        try withTemporaryFolder { folder in
            let prepared = try noise(side: 64, in: folder)
            let run = RunFolder(folder.appending(path: "run"))
            try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: true)
            let configuration = try TinyTraining.configuration(["training.watch.\(override)"])
            var problems: [String] = []
            let watch = RunWatch(run, configuration: configuration) { problems.append("\($0)") }
            watch.show(TinyTraining.start(1))
            watch.show(TinyTraining.step(1, of: 1))
            watch.show(.validating(cases: 1))
            watch.show(
                .validated(
                    .init(number: 1, prepared: prepared, prediction: [UInt8](repeating: 1, count: prepared.extent.voxelCount))))
            #expect(problems.isEmpty)
            #expect(FileManager.default.fileExists(atPath: run.tensorBoard.path) == hasCurves)
            if hasCurves { #expect(try byteCount(run) < 1000) }
        }
    }

    static let refusals: [(override: String, says: String)] = [
        ("pictures=-1", "training.watch.pictures: expected 0 to 100, found -1"),
        ("side=8", "training.watch.side: expected 16 to 2048 pixels, found 8"),
        ("megabytes=-2", "training.watch.megabytes: expected 0 to 1000000 MB, found -2.0"),
    ]

    @Test(arguments: refusals)
    func refuses(_ row: (override: String, says: String)) {
        let message = messageThrown { _ = try TinyTraining.configuration(["training.watch.\(row.override)"]) }
        #expect(message == "--set training.watch.\(row.override): \(row.says)")
    }
}
