import Foundation

/// Reads and makes files and folders with errors that say what is wrong with the path.
public enum FileSystem {
    /// The whole file, or what a stream such as /dev/stdin or the shell's `<(…)` gives until it ends.
    ///
    /// - Throws: `FileError`, with its own reason for a missing file and for a folder.
    public static func read(_ url: URL) throws -> Data {
        try requireFile(url)
        do {
            guard isStream(url) else { return try Data(contentsOf: url) }
            // Foundation reads files alone at once.
            return try FileHandle(forReadingFrom: url).readToEnd() ?? Data()
        } catch {
            throw FileError(url, "cannot be read", reason: reason(of: error))
        }
    }

    /// - Throws: `FileError` unless `url` is an existing file that is no folder.
    public static func requireFile(_ url: URL) throws {
        switch kind(of: url) {
        case .file: return
        case .folder: throw FileError(url, "cannot be read", reason: "it is a folder, expected a file")
        case .missing:
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: url.path) {
                throw FileError(
                    url, "cannot be read",
                    reason:
                        "it is a link to \(target), which is not there; where git-annex or DataLad keeps the data, fetch it first"
                )
            }
            throw FileError(url, "cannot be read", reason: "no such file")
        }
    }

    /// - Throws: `FileError` unless `url` is an existing folder.
    public static func requireFolder(_ url: URL) throws {
        switch kind(of: url) {
        case .folder: return
        case .file: throw FileError(url, "cannot be read", reason: "it is a file, expected a folder")
        case .missing: throw FileError(url, "cannot be read", reason: "no such folder")
        }
    }

    /// Makes the folder and those above it, and makes sure that files can be made in it.
    ///
    /// - Throws: `FileError` if a file stands in the way or the folder is not writable.
    public static func makeFolder(_ url: URL) throws {
        let above = try requirePlace(forFolder: url)
        var missing: [URL] = []
        var folder = url.absoluteURL
        while folder.path != above.path {
            missing.append(folder)
            folder.deleteLastPathComponent()
        }
        // One by one, because Foundation's error for the whole path keeps the system's reason to itself.
        for folder in missing.reversed() where mkdir(folder.path, 0o777) != 0 && errno != EEXIST {
            throw FileError.now(url, "cannot be made")
        }
        try requirePlace(forFolder: url)
    }

    /// Removes a file.
    ///
    /// - Throws: `FileError` where it cannot be removed.
    public static func remove(_ url: URL) throws {
        do { try FileManager.default.removeItem(at: url) } catch { throw FileError.now(url, "cannot be removed") }
    }

    /// Looks whether `makeFolder` could make the folder, and makes nothing: for what is written after long work.
    ///
    /// - Returns: the nearest folder above that is there, or the folder itself.
    /// - Throws: `FileError` if a file stands in the way or nothing can be written there.
    @discardableResult
    public static func requirePlace(forFolder url: URL) throws -> URL {
        var folder = url.absoluteURL
        while kind(of: folder) == .missing, folder.path != "/" { folder.deleteLastPathComponent() }
        if kind(of: folder) == .file {
            throw FileError(url, "cannot be made", reason: "\(folder.path) is a file")
        }
        guard access(folder.path, W_OK | X_OK) == 0 else {
            throw FileError.now(url, folder.path == url.path ? "cannot be written to" : "cannot be made")
        }
        return folder
    }

    /// Bytes that can still be written below a folder; nil where the file system does not say.
    public static func freeBytes(at folder: URL) -> Int? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
    }

    /// The entries of a folder, hidden ones left out, sorted by name as a person counts (`case_2` before `case_10`).
    ///
    /// - Throws: `FileError` for a folder that cannot be read, or that holds a name which is not UTF-8: Foundation puts another
    ///   name in its place, under which there is no file.
    public static func list(_ folder: URL) throws -> [URL] {
        try requireFolder(folder)
        guard let stream = opendir(folder.path) else { throw FileError.now(folder, "cannot be read") }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) { name in
                // The name ends within the entry, however long it is.
                Array(
                    UnsafeRawBufferPointer(start: name, count: strlen(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self)))
                )
            }
            guard bytes.first != UInt8(ascii: ".") else { continue }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                throw FileError(
                    folder, "cannot be read",
                    reason: "it holds a name that is not UTF-8, \"\(escaped(bytes))\"; rename that file")
            }
            names.append(name)
            errno = 0
        }
        guard errno == 0 else { throw FileError.now(folder, "cannot be read") }
        return names.sortedAsCounted().map { folder.appendingPathComponent($0) }
    }

    /// Bytes as text, those beyond ASCII as `\xe9`.
    private static func escaped(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            (0x20..<0x7f).contains(byte) ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The path of the file that a path leads to, through links; the path itself where nothing is there.
    public static func resolvedPath(_ url: URL) -> String {
        guard let resolved = realpath(url.path, nil) else { return url.standardizedFileURL.path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Whether a file lies, or would lie, somewhere below a folder, whatever links lead there.
    public static func isPlace(_ url: URL, in folder: URL) -> Bool {
        var place = url.standardizedFileURL.deletingLastPathComponent()
        while kind(of: place) == .missing, place.path != "/" { place.deleteLastPathComponent() }
        let (inner, outer) = (resolvedPath(place), resolvedPath(folder))
        return inner == outer || inner.hasPrefix(outer.hasSuffix("/") ? outer : outer + "/")
    }

    private static func isStream(_ url: URL) -> Bool {
        var state = stat()
        return stat(url.path, &state) == 0 && state.st_mode & S_IFMT != S_IFREG
    }

    public enum Kind: Sendable { case file, folder, missing }

    public static func kind(of url: URL) -> Kind {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return .missing }
        return isFolder.boolValue ? .folder : .file
    }

    /// The system's own words, without Foundation's frame around them.
    private static func reason(of error: any Error) -> String {
        let error = error as NSError
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError, cause.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(cause.code)))
        }
        return error.localizedDescription
    }
}

extension Sequence<String> {
    /// Sorted so that runs of digits compare by value; equal under that rule, by code point, so the order is total.
    public func sortedAsCounted() -> [String] { sortedAsCounted(by: \.self) }
}

extension Sequence {
    /// Sorted by the elements' names, as `sortedAsCounted` sorts them.
    package func sortedAsCounted(by name: (Element) -> String) -> [Element] {
        sorted { first, second in
            let (left, right) = (name(first), name(second))
            return switch left.compare(right, options: [.numeric]) {
            case .orderedAscending: true
            case .orderedDescending: false
            case .orderedSame: left < right
            }
        }
    }
}
