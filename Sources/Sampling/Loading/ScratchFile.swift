import DurableFiles
import Foundation
import Synchronization

/// Bytes put aside on disk: a file without a name, which disappears with the process however that ends.
///
/// Threads may append and read at once: positioned reads and writes share no offset.
package final class ScratchFile: Sendable {
    private let descriptor: Int32
    private let folder: URL
    /// For messages.
    private let content: String
    private let end = Atomic(0)

    /// - Parameter content: what is put aside, in the plural, for messages.
    /// - Throws: `FileError` for a folder that cannot be written to.
    package init(in folder: URL, for content: String) throws {
        var name = Array(folder.appending(path: "marginseg-planes-XXXXXX").path.utf8CString)
        descriptor = mkstemp(&name)
        guard descriptor >= 0 else {
            throw FileError.now(folder, "cannot take \(content) (TMPDIR names another folder)")
        }
        unlink(name)
        self.folder = folder
        self.content = content
    }

    deinit { close(descriptor) }

    /// Puts bytes at the end.
    ///
    /// - Returns: where they begin.
    /// - Throws: `FileError`, for a full disk too.
    package func append(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        let start = end.add(bytes.count, ordering: .relaxed).oldValue
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(start + done))  // not empty here
            guard count > 0 else { throw FileError.now(folder, "cannot take \(content)") }
            done += count
        }
        return start
    }

    /// Fills a buffer from a place that was written.
    ///
    /// - Throws: `FileError` where the disk fails.
    package func read(into bytes: UnsafeMutableRawBufferPointer, at start: Int) throws {
        var done = 0
        while done < bytes.count {
            let count = pread(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(start + done))  // not empty here
            guard count > 0 else { throw FileError.now(folder, "does not give \(content) back") }
            done += count
        }
    }
}
