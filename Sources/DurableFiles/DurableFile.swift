import Foundation

/// Writes a file that appears whole or not at all.
///
/// The bytes go to a hidden sibling (`.NAME.PID-N.part`), are synced to the device, and the sibling is renamed over
/// the target; then the folder is synced. A crash, a full disk or a signal leaves the old file as it was; a failed
/// write removes its sibling.
public enum DurableFile {
    /// - Throws: `FileError` with the path, what was tried and the system's reason.
    public static func write(_ data: Data, to url: URL) throws {
        try write(to: url) { try $0.append(data) }
    }

    /// - Throws: `FileError` with the path, what was tried and the system's reason.
    public static func write(_ text: String, to url: URL) throws {
        try write(Data(text.utf8), to: url)
    }

    /// Copies a file whole or not at all.
    ///
    /// - Throws: `FileError` where the source cannot be read or the target not be written.
    public static func copy(_ source: URL, to target: URL) throws {
        try write(FileSystem.read(source), to: target)
    }

    /// Gives the bytes of a file a second name, which keeps them when a later write replaces the first; what had that name
    /// before is gone.
    ///
    /// - Throws: `FileError` where the source cannot be read or the target not be written.
    public static func link(_ source: URL, to target: URL) throws {
        let part = part(of: target)
        // Some file systems have no second names.
        guard Foundation.link(source.path, part.path) == 0 else { return try copy(source, to: target) }
        let isRenamed = rename(part.path, target.path) == 0
        let failure = FileError.now(target, "cannot be put in place")
        // Where both names are the same file already, renaming does nothing and leaves the sibling.
        unlink(part.path)
        guard isRenamed else { throw failure }
        syncFolder(target.deletingLastPathComponent())
    }

    /// Removes the siblings that writers left in a folder when they were killed.
    ///
    /// - Precondition: no writer is at work there.
    public static func removeParts(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(".") && name.hasSuffix(".part") {
            unlink(folder.appendingPathComponent(name).path)
        }
    }

    /// Removes the siblings that killed writers of some files of one folder left there, and no others'.
    ///
    /// - Precondition: no writer is at work on these files.
    public static func removeParts(of names: Set<String>, in folder: URL) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
            // `.NAME.PID-N.part`
            let pieces = name.split(separator: ".", omittingEmptySubsequences: false)
            guard pieces.count > 3, pieces[0].isEmpty, pieces[pieces.count - 1] == "part" else { continue }
            if names.contains(pieces[1..<(pieces.count - 2)].joined(separator: ".")) {
                unlink(folder.appendingPathComponent(name).path)
            }
        }
    }

    private static func part(of url: URL) -> URL {
        url.deletingLastPathComponent().appendingPathComponent(
            ".\(url.lastPathComponent).\(getpid())-\(UInt32.random(in: 0 ... .max)).part")
    }

    /// Streams a file: `body` appends in order, and nothing is visible under `url` until it has returned.
    ///
    /// - Throws: what `body` throws, or `FileError`; the target is untouched in both cases.
    public static func write(to url: URL, _ body: (Writer) throws -> Void) throws {
        let part = part(of: url)
        let descriptor = open(part.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.now(url, "cannot be written") }
        do {
            try body(Writer(descriptor: descriptor, url: url))
            guard fsync(descriptor) == 0 else { throw FileError.now(url, "cannot be synced to the device") }
        } catch {
            close(descriptor)
            unlink(part.path)
            throw error
        }
        guard close(descriptor) == 0, rename(part.path, url.path) == 0 else {
            let failure = FileError.now(url, "cannot be put in place")
            unlink(part.path)
            throw failure
        }
        syncFolder(url.deletingLastPathComponent())
    }

    /// Appends to a file that is still invisible.
    public struct Writer {
        let descriptor: Int32
        let url: URL

        public func append(_ data: Data) throws {
            try data.withUnsafeBytes { try append($0) }
        }

        public func append(_ bytes: UnsafeRawBufferPointer) throws {
            var rest = bytes
            while !rest.isEmpty {
                let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if written < 0 {
                    if errno == EINTR { continue }
                    throw FileError.now(url, "cannot be written")
                }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }

    /// A rename survives a power cut only once its folder is on the device. Some file systems refuse to sync a folder;
    /// the file itself is whole then all the same, so that refusal is not an error.
    private static func syncFolder(_ folder: URL) {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
