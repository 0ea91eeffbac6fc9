import DurableFiles
import Foundation

/// The files of a run.
///
///     configuration.yaml          resolved, every key
///     run.json                    data, labels, and what each process that worked on it ran on
///     metrics.jsonl               a line an epoch
///     log.txt                     what was said
///     curves.html                 the live page of SegWatch
///     tensorboard/                its event files
///     stage-1-NAME.safetensors    best checkpoint of an earlier stage
///     best.safetensors            best checkpoint of the last stage
///     decision.json               how classes follow from its scores, and what mends label maps; by `marginseg calibrate`
///     last.safetensors            the newest weights, with all that `train --resume` needs
///     previous.safetensors        what last.safetensors was before
///     failed-batch.safetensors    the samples of a step whose numbers were not finite
public struct RunFolder: Sendable {
    public let url: URL

    public var configuration: URL { url.appending(path: "configuration.yaml") }
    public var metrics: URL { url.appending(path: "metrics.jsonl") }
    package var facts: URL { url.appending(path: "run.json") }
    package var failedBatch: URL { url.appending(path: "failed-batch.safetensors") }
    public var log: URL { url.appending(path: "log.txt") }
    public var best: URL { url.appending(path: "best.safetensors") }
    public var last: URL { url.appending(path: "last.safetensors") }
    public var previous: URL { url.appending(path: "previous.safetensors") }

    public func stage(_ number: Int, _ name: String) -> URL {
        let plain = String(name.map { $0.isLetter || $0.isNumber ? $0 : "-" })
        return url.appending(path: "stage-\(number)-\(plain).safetensors")
    }

    /// An existing run, or one to be.
    public init(_ url: URL) { self.url = url }

    /// - Throws: `FileError` where a run is already there, or where no folder can be made.
    public func requireNew() throws {
        try FileSystem.requirePlace(forFolder: url)
        guard FileSystem.kind(of: configuration) == .missing else {
            throw FileError(url, "cannot take a new run", reason: "a run is there already; name another --output, or remove it")
        }
    }

    /// Makes the folder of a new run.
    ///
    /// - Throws: `FileError` where a run is already there, or where nothing can be written.
    public func create() throws {
        try requireNew()
        try FileSystem.makeFolder(url)
    }

    /// - Parameters:
    ///   - checkpoints: bytes that they will take.
    ///   - logs: bytes that what is written beside them may take.
    /// - Throws: `FileError` where there is less room.
    package func requireRoom(forCheckpoints checkpoints: Int, logs: Int) throws {
        guard let free = FileSystem.freeBytes(at: url), free < checkpoints + logs else { return }
        func mebibytes(_ bytes: Int) -> String { String(format: "%.1f MiB", Double(bytes) / 1_048_576) }
        throw FileError(
            url, "has too little room",
            reason: "the run's checkpoints need \(mebibytes(checkpoints))"
                + (logs > 0 ? " and its event files up to \(mebibytes(logs)) (training.watch.megabytes)" : "")
                + ", and \(mebibytes(free)) are free")
    }

    /// Makes a checkpoint the newest one and keeps the one before; at every instant one of both is whole.
    package func writeLast(_ checkpoint: Checkpoint) throws {
        if FileSystem.kind(of: last) == .file { try DurableFile.link(last, to: previous) }
        try checkpoint.write(to: last)
    }
}
