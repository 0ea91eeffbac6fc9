import DataSets
import DurableFiles
import Foundation
import SegConfiguration
import SegInference
import Torch

/// A run that was cut off, or is done, held for this process: its newest checkpoint that can be read.
public struct SavedRun {
    public let folder: RunFolder
    let checkpoint: Checkpoint
    let continuation: Checkpoint.Continuation
    /// What is wrong with `last.safetensors`, where `previous.safetensors` had to stand in for it.
    public let damage: String?
    let lock: FolderLock

    public var configuration: RunConfiguration { checkpoint.manifest.configuration }
    /// The cases that the run began with; nil for one of before they were kept.
    public var splits: CaseSplits? { checkpoint.manifest.splits }
    public var position: TrainingPosition { continuation.position }

    /// - Throws: `FileError` for a folder without a run, or one that another process works in; `LostRunError` where no checkpoint
    ///   can be read.
    public init(_ folder: RunFolder) throws {
        guard FileSystem.kind(of: folder.configuration) == .file else {
            throw FileError(
                folder.url, "holds no run to go on with", reason: "there is no configuration.yaml; begin one with --output")
        }
        self.folder = folder
        lock = try FolderLock(folder.url)
        do {
            (checkpoint, continuation) = try Self.read(folder.last)
            damage = nil
        } catch let error {
            do {
                (checkpoint, continuation) = try Self.read(folder.previous)
            } catch let other {
                let isThere = FileSystem.kind(of: folder.previous) != .missing
                throw LostRunError(folder, last: "\(error)", previous: isThere ? "\(other)" : nil)
            }
            damage = "\(error)"
        }
    }

    private static func read(_ url: URL) throws -> (Checkpoint, Checkpoint.Continuation) {
        let checkpoint = try Checkpoint(contentsOf: url)
        guard let continuation = checkpoint.continuation else {
            throw FileError(
                url.path, "cannot be used as a checkpoint", reason: "it holds weights without the state of their training")
        }
        return (checkpoint, continuation)
    }

    /// Whether every stage has come to its end.
    public var isFinished: Bool { isFinished(with: configuration) }

    func isFinished(with configuration: RunConfiguration) -> Bool {
        position.stage == configuration.training.stages.count
            && position.hasEnded(configuration.training.stages[position.stage - 1])
    }

    /// What a configuration changes of this run's, where each change is possible and was asked for.
    ///
    /// The data folder may differ: the class counts tell whether it is the same data.
    ///
    /// - Parameter asked: the keys that may change, such as `training.stages.0.epochs`, or keys above them.
    /// - Throws: `ChangedConfigurationError` with every other difference.
    public func changes(to other: RunConfiguration, asked: [[String]]) throws -> [ConfigurationChange] {
        let changes = try ConfigurationChange.all(from: configuration, to: other).filter { $0.key != ["data", "folder"] }
        let impossible = changes.filter { !$0.isPossible(at: position) }
        guard impossible.isEmpty else { throw ChangedConfigurationError(folder: folder.url, kind: .impossible(impossible)) }
        let silent = changes.filter { change in !asked.contains { change.key.starts(with: $0) } }
        guard silent.isEmpty else { throw ChangedConfigurationError(folder: folder.url, kind: .notAsked(silent)) }
        return changes
    }
}

/// A run of which no checkpoint is left to go on from.
public struct LostRunError: Error, CustomStringConvertible, Equatable {
    let folder: String
    /// What is wrong with `last.safetensors`.
    let last: String
    /// What is wrong with `previous.safetensors`, where there is one.
    let previous: String?
    /// A checkpoint of the run whose weights can still be read.
    let usable: String?

    init(_ folder: RunFolder, last: String, previous: String?) {
        self.folder = folder.url.path
        self.last = last
        self.previous = previous
        let weights =
            [folder.best, folder.last, folder.previous]
            + ((try? FileSystem.list(folder.url)) ?? []).reversed().filter {
                $0.lastPathComponent.hasPrefix("stage-") && $0.pathExtension == "safetensors"
            }
        usable = weights.first { (try? Checkpoint(contentsOf: $0)) != nil }?.path
    }

    public var description: String {
        let wayOut =
            usable.map { "its weights are in \($0): begin a new run from them with --output and --from \($0)" }
            ?? "no weights of it can be read either: train anew with its configuration.yaml and another --output"
        return "\(folder) cannot go on: \(last); \(previous.map { "and \($0); " } ?? "")\(wayOut)"
    }
}

/// A run that would go on with another configuration than it began with.
public struct ChangedConfigurationError: Error, CustomStringConvertible, Equatable {
    enum Kind: Equatable {
        /// The run's state has no meaning under these values.
        case impossible([ConfigurationChange])
        /// They could change, but were not asked to.
        case notAsked([ConfigurationChange])
    }

    let folder: URL
    let kind: Kind

    public var description: String {
        switch kind {
        case .impossible(let changes):
            "\(folder.path) cannot go on with another \(Self.listed(changes)); begin a new run with --output and --from \(folder.path.shellWord)"
        case .notAsked(let changes):
            "\(folder.path) was begun with another \(Self.listed(changes)); if that is meant, add "
                + changes.map { "--set \("\($0.key.joined(separator: "."))=\($0.to ?? "")".shellWord)" }.joined(separator: " ")
        }
    }

    private static func listed(_ changes: [ConfigurationChange]) -> String {
        changes.map(\.description).joined(separator: ", ")
    }
}
