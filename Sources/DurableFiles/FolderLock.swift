import Foundation

/// The right of one process to work in a folder, or at a part of what is done there, for as long as this object lives.
///
/// The system takes the lock back when the process ends, however it ends, so none is left behind by a crash; the file
/// `.lock` that carries it stays and means nothing by itself.
public final class FolderLock {
    private let descriptor: Int32

    /// - Parameter part: a name for the part; nil: the folder as a whole. Neither keeps out the other.
    /// - Throws: `FileError` where another process has the lock, with that process's number.
    public init(_ folder: URL, for part: String? = nil) throws {
        let file = folder.appending(path: ".lock" + (part.map { "-\($0)" } ?? ""))
        descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.now(file, "cannot be written") }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            // The object is whole by now, so that it closes its file as it goes; a second time could hit another thread's.
            let holder = Self.content(of: descriptor)
            throw FileError(
                folder, "is in use", reason: "process \(holder.isEmpty ? "of unknown number" : holder) is working in it")
        }
        // Any other failure means a file system without locks, where nothing can be held against anybody.
        let number = Data("\(getpid())".utf8)
        ftruncate(descriptor, 0)
        _ = number.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit { close(descriptor) }

    private static func content(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
}
