import Foundation
import Phantoms
import TestSupport
import Testing

/// A run that the program itself trained on six tiny volumes, made once for all tests that need one.
struct TrainedRun {
    let data: URL
    let url: URL
    let command: Command

    private static let folder = FileManager.default.temporaryDirectory.appending(
        path: "marginseg-tests-\(UUID().uuidString)", directoryHint: .isDirectory)
    private static let made = Result { try make() }

    static func shared() throws -> TrainedRun { try made.get() }

    private static let untouchedCopy = Result {
        let run = try shared()
        let copy = folder.appending(path: "runs/untouched", directoryHint: .isDirectory)
        try FileManager.default.copyItem(at: run.url, to: copy)
        return TrainedRun(data: run.data, url: copy, command: run.command)
    }

    /// A copy for tests that look at whether a run's folder changes, in which others keep scores meanwhile.
    static func untouched() throws -> TrainedRun { try untouchedCopy.get() }

    private static func make() throws -> TrainedRun {
        atexit { try? FileManager.default.removeItem(at: TrainedRun.folder) }
        let data = folder.appending(path: "data", directoryHint: .isDirectory)
        try CTPhantom(cases: 6, width: 32, height: 32, depth: 2, seed: 5).write(to: data)
        let run = folder.appending(path: "runs/first", directoryHint: .isDirectory)
        let command = try Command.run(["train", "--data", data.path, "--output", run.path] + settings)
        return TrainedRun(data: data, url: run, command: command)
    }

    /// The quick preset, made smaller still, with margin calibration as its second stage.
    static let settings = [
        "--set", "input.normalization={window: [-1400, 100]}", "--set", "input.fit={pad: [32, 32]}", "--set",
        "training.batch_size=4",
        "--set", "training.stages.0.epochs=2", "--set", "training.stages.1.epochs=1", "--set", "training.stages.1.name=margin",
        "--set", "training.stages.1.objective=margin(form=paper,tau=10,nu=1)", "--threads", "1",
    ]

    var image: URL { data.appending(path: "images/case_01.nii.gz") }
    var checkpoint: URL { url.appending(path: "best.safetensors") }
}
