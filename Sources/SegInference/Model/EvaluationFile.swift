import DataSets
import DurableFiles
import Foundation
import SegMetrics

/// An evaluation as a JSON file, which reports and comparisons read.
public enum EvaluationFile {
    /// The JSON, on one line with sorted keys.
    public static func json(_ evaluation: some Encodable) throws -> String {
        try JSONEncoder.sorted().text(evaluation) + "\n"
    }

    /// - Throws: `FileError`.
    public static func write(_ evaluation: Evaluation, to url: URL) throws {
        try DurableFile.write(json(evaluation), to: url)
    }

    /// - Throws: `FileError` for a file that cannot be read, is no evaluation, or has a newer form.
    public static func read(_ url: URL) throws -> Evaluation {
        try JSONFile.read(
            Evaluation.self, url, as: "an evaluation", newest: Evaluation.currentFormat, writer: "marginseg evaluate")
    }

    /// What a run or a file stands for: a run's evaluation on a split, or the file itself.
    ///
    /// - Throws: `FileError` for a run that was not evaluated on the split, or whose best checkpoint is another by now.
    public static func read(_ place: URL, split: Split) throws -> Evaluation {
        guard FileSystem.kind(of: place) == .folder else { return try read(place) }
        let run = RunFolder(place)
        let file = run.evaluation(of: split)
        guard FileSystem.kind(of: file) == .file else {
            throw FileError(
                place, "has no evaluation on the split '\(split.rawValue)'",
                reason: "\(file.lastPathComponent) is missing; run marginseg evaluate on it first")
        }
        let evaluation = try read(file)
        if let scored = evaluation.weights, FileSystem.kind(of: run.best) == .file,
            let best = try Checkpoint.checksum(of: run.best), best != scored
        {
            throw FileError(
                file.path, "cannot be used as an evaluation",
                reason: "best.safetensors is another checkpoint than the one it scores; run marginseg evaluate on the run again")
        }
        return evaluation
    }
}

extension RunFolder {
    /// The scores of the run's best checkpoint on a split.
    public func evaluation(of split: Split) -> URL { url.appending(path: "evaluation-\(split.rawValue).json") }
}
