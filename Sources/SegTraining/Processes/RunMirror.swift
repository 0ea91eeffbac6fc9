import DurableFiles
import Foundation
import SegInference

/// Where a process other than the first writes what belongs to a run: a folder of its own that ends with it. So all do the same, and
/// only the first writes where somebody looks.
public final class RunMirror {
    public let folder: RunFolder

    private static let prefix = "marginseg-process-"

    /// Removes those that processes left which were killed.
    public init() {
        let place = FileManager.default.temporaryDirectory
        for folder in (try? FileSystem.list(place)) ?? [] where folder.lastPathComponent.hasPrefix(Self.prefix) {
            guard let owner = pid_t(folder.lastPathComponent.dropFirst(Self.prefix.count)), kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(at: folder)
        }
        folder = RunFolder(place.appending(path: "\(Self.prefix)\(getpid())", directoryHint: .isDirectory))
    }

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
