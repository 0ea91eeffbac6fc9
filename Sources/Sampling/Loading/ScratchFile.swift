import DurableFiles
import Foundation
import Synchronization

/// Bytes put aside on disk: a file without a name, which disappears with the process however that ends.
///
/// Threads may append and read at once: positioned reads and writes share no offset.
final class ScratchFile: Sendable {
    private let descriptor: Int32
    private let folder: URL
    private let end = Atomic(0)

    /// - Throws: `FileError` for a folder that cannot be written to.
    init(in folder: URL) throws {
        var name = Array(folder.appending(path: "marginseg-planes-XXXXXX").path.utf8CString)
        descriptor = mkstemp(&name)
        guard descriptor >= 0 else {
            throw FileError.now(folder, "cannot take the planes that --memory does not hold (TMPDIR names another folder)")
        }
        unlink(name)
        self.folder = folder
    }

    deinit { close(descriptor) }

    /// Puts bytes at the end.
    ///
    /// - Returns: where they begin.
    /// - Throws: `FileError`, for a full disk too.
    func append(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        let start = end.add(bytes.count, ordering: .relaxed).oldValue
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(start + done))  // not empty here
            guard count > 0 else { throw FileError.now(folder, "cannot take the prepared planes") }
            done += count
        }
        return start
    }

    /// Fills a buffer from a place that was written.
    ///
    /// - Throws: `FileError` where the disk fails.
    func read(into bytes: UnsafeMutableRawBufferPointer, at start: Int) throws {
        var done = 0
        while done < bytes.count {
            let count = pread(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(start + done))  // not empty here
            guard count > 0 else { throw FileError.now(folder, "does not give the prepared planes back") }
            done += count
        }
    }
}
