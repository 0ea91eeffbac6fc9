import DurableFiles
import Foundation
import SegInference

/// Where a process other than the first writes what belongs to a run: a folder of its own that ends with it. So all do the same, and
/// only the first writes where somebody looks.
public final class RunMirror {
    public let folder: RunFolder

    private static let prefix = "marginseg-process-"

    /// Of this process. Removes those of processes that were killed.
    public init() {
        let folders = (try? FileSystem.list(FileManager.default.temporaryDirectory)) ?? []
        for place in folders where place.lastPathComponent.hasPrefix(Self.prefix) {
            guard let owner = pid_t(place.lastPathComponent.dropFirst(Self.prefix.count)) else { continue }
            if kill(owner, 0) != 0, errno == ESRCH { Self.remove(of: owner) }
        }
        folder = RunFolder(Self.place(of: getpid()))
    }

    private static func place(of process: pid_t) -> URL {
        FileManager.default.temporaryDirectory.appending(path: "\(prefix)\(process)", directoryHint: .isDirectory)
    }

    /// Removes that of a process which was killed.
    public static func remove(of process: pid_t) { try? FileManager.default.removeItem(at: place(of: process)) }

    deinit { try? FileManager.default.removeItem(at: folder.url) }

    /// Takes over what the run holds that the first process goes on with, which calls `give`.
    public func take(from processes: TrainingProcesses) throws {
        try FileSystem.makeFolder(folder.url)
        for file in try processes.share([]) { try DurableFile.write(file.content, to: folder.url.appending(path: file.name)) }
    }

    /// Hands the others what they go on from.
    public static func give(_ run: RunFolder, to processes: TrainingProcesses) throws {
        let names = try FileSystem.list(run.url).filter { file in
            let name = file.lastPathComponent
            return [run.configuration, run.best, run.last, run.previous].map(\.lastPathComponent).contains(name)
                || name.hasPrefix("search-")
        }
        _ = try processes.share(names.map { ($0.lastPathComponent, try FileSystem.read($0)) })
    }
}
