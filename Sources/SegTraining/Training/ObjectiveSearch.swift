import DurableFiles
import Foundation
import SegInference

/// A stage's search for its offsets by successive halving (Jamieson and Talwalkar 2016): all candidates are trained for an epoch from
/// the stage's own start, then the better half of them for two, and so on, until one is left.
///
/// Trials are kept as they are made, a line each in `search-STAGE.jsonl`, so that a search that was cut off goes on.
struct ObjectiveSearch {
    /// A candidate after some epochs.
    struct Trial: Codable, Equatable {
        let objective: String
        let epochs: Int
        /// By `training.select_by` on the validation split; nil where it is not defined.
        let score: Double?
    }

    private let candidates: [String]
    /// Those of the stage, which no trial exceeds.
    private let epochs: Int
    private let file: URL
    private(set) var trials: [Trial]

    /// - Parameters:
    ///   - candidates: in writing, one at least.
    ///   - epochs: of the stage.
    ///   - file: of the trials; a line that is none, such as one cut short, and those behind it are made again.
    /// - Throws: `FileError`.
    init(_ candidates: [String], epochs: Int, file: URL) throws {
        self.candidates = candidates
        self.epochs = epochs
        self.file = file
        try JSONLines.cut(file) { (try? JSONDecoder().decode(Trial.self, from: $0)) != nil }
        trials =
            FileSystem.kind(of: file) == .file
            ? try FileSystem.read(file).split(separator: UInt8(ascii: "\n")).map {
                try JSONDecoder().decode(Trial.self, from: $0)
            } : []
    }

    /// The trial to make next, and where it stands among all that its round has; nil where one candidate is left.
    var next: (objective: String, epochs: Int, number: Int, of: Int)? {
        let (left, length) = round
        guard left.count > 1, let place = left.firstIndex(where: { trial($0, length) == nil }) else { return nil }
        return (left[place], length, place + 1, left.count)
    }

    /// The best of the last round; of equals the first.
    var best: String { round.left[0] }

    mutating func record(_ trial: Trial) throws {
        try JSONLines(file).append(trial)
        trials.append(trial)
    }

    /// The candidates of the round under way, best of the one before first, and for how many epochs each is tried.
    private var round: (left: [String], epochs: Int) {
        var (left, length) = (candidates, 1)
        while left.count > 1 {
            let done = left.compactMap { trial($0, length) }
            guard done.count == left.count else { return (left, length) }
            let ranked = left.indices.sorted { one, other in
                let (first, second) = (done[one].score ?? -.infinity, done[other].score ?? -.infinity)
                return first == second ? one < other : first > second
            }
            left = ranked.prefix((left.count + 1) / 2).map { left[$0] }
            length = min(2 * length, epochs)
        }
        return (left, length)
    }

    private func trial(_ objective: String, _ length: Int) -> Trial? {
        trials.first { $0.objective == objective && $0.epochs == length }
    }
}

extension RunFolder {
    /// The trials of a stage that searched its offsets.
    func search(ofStage stage: Int) -> URL { url.appending(path: "search-\(stage).jsonl") }
}
