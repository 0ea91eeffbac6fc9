import DurableFiles
import Foundation

/// A stored decision as a JSON file beside the checkpoint, `decision.json`.
public enum DecisionFile {
    /// Where the decision of a run, a folder of runs or a checkpoint file lies, or would lie.
    public static func url(of place: URL) -> URL {
        let folder = FileSystem.kind(of: place) == .folder ? place : place.deletingLastPathComponent()
        return RunFolder(folder).decision
    }

    /// The JSON, a line for each value, with sorted keys.
    public static func json(_ decision: StoredDecision) throws -> String {
        try JSONEncoder.sorted(isPretty: true).text(decision) + "\n"
    }

    /// - Throws: `FileError`.
    public static func write(_ decision: StoredDecision, to url: URL) throws {
        try DurableFile.write(json(decision), to: url)
    }

    /// - Throws: `FileError` for a file that cannot be read, is no decision, or has a newer form.
    public static func read(_ url: URL) throws -> StoredDecision {
        try JSONFile.read(
            StoredDecision.self, url, as: "a decision", newest: StoredDecision.currentFormat, writer: "marginseg calibrate")
    }
}

extension RunFolder {
    /// How classes follow from the scores of the run's best checkpoint.
    public var decision: URL { url.appending(path: "decision.json") }
}
