import DurableFiles
import Foundation

extension RunFolder {
    /// The checkpoint a run or a file stands for: the file itself, or the best of the run.
    ///
    /// - Throws: `FileError` for a folder without `best.safetensors`.
    public static func checkpoint(at url: URL) throws -> URL {
        guard FileSystem.kind(of: url) == .folder else { return url }
        let best = RunFolder(url).best
        guard FileSystem.kind(of: best) == .file else {
            let isOfNnUNet = FileSystem.kind(of: url.appending(path: "plans.json")) == .file
            throw FileError(
                url, "is no run",
                reason: isOfNnUNet
                    ? "it is a results folder of nnU-Net's; marginseg import makes a run of it"
                    : "there is no best.safetensors in it")
        }
        return best
    }

    /// The run whose best checkpoint a file is; nil for other files.
    public static func of(_ checkpoint: URL) -> RunFolder? {
        let run = RunFolder(checkpoint.deletingLastPathComponent())
        return run.best.lastPathComponent == checkpoint.lastPathComponent ? run : nil
    }

    /// The checkpoints that a path stands for: the one of a file or a run, or those of the runs in a folder, such as `fold-0` to
    /// `fold-4` of a cross-validation, in counted order; of a folder with a selection, those of the chosen configurations.
    ///
    /// - Throws: `FileError` for a folder that is no run and holds none, and where one of its folders holds no finished run.
    public static func checkpoints(at url: URL) throws -> [URL] {
        if let selection = try Selection.find(at: url) {
            return try selection.chosen.configurations.flatMap { name in
                try runs(in: name == "." ? url : url.appending(path: name, directoryHint: .isDirectory))
            }
        }
        return try runs(in: url)
    }

    private static func runs(in url: URL) throws -> [URL] {
        let own = RunFolder(url)
        let isRun = [own.best, own.last, own.configuration].contains { FileSystem.kind(of: $0) == .file }
        guard FileSystem.kind(of: url) == .folder, !isRun else { return [try checkpoint(at: url)] }
        let runs = try FileSystem.list(url).filter { FileSystem.kind(of: $0) == .folder }.map(RunFolder.init)
        guard runs.contains(where: { FileSystem.kind(of: $0.best) == .file }) else { return [try checkpoint(at: url)] }
        let problems = try runs.compactMap { run in
            try run.reasonNotToAverage.map { "\(run.url.lastPathComponent) \($0)" }
        }
        guard problems.isEmpty else {
            throw FileError(
                url, "cannot be used as a folder of runs",
                reason: problems.joined(separator: ", ") + "; finish or move these, or name the runs one by one")
        }
        return runs.map(\.best)
    }

    /// Why a run in a folder of runs cannot be one of the models of a mean; nil for a finished run.
    private var reasonNotToAverage: String? {
        get throws {
            guard FileSystem.kind(of: best) == .file else { return "holds no best.safetensors" }
            // Whoever keeps the best checkpoint alone has a run that is over.
            guard FileSystem.kind(of: last) == .file, let position = try Checkpoint.position(of: last) else { return nil }
            let stages = try Checkpoint.manifest(of: last).configuration.training.stages
            let isOver = position.stage == stages.count && position.hasEnded(stages[position.stage - 1])
            return isOver ? nil : "is unfinished (\(position.words))"
        }
    }
}
