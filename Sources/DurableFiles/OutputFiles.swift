import Foundation

/// Files that a call will write, held against each other, against its inputs and against what is there, before the first of them
/// is written and before any work is done for them.
public enum OutputFiles {
    /// A file that will be written.
    public struct Planned: Sendable, Equatable {
        public let url: URL
        /// What it is made of, for messages, such as the image of a label file.
        public let origin: String

        public init(_ url: URL, of origin: String) {
            self.url = url
            self.origin = origin
        }
    }

    /// What may be done for the files.
    public struct Permissions: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Files that exist may be replaced; an input never.
        public static let replacing = Permissions(rawValue: 1)
        /// Folders that are missing will be made.
        public static let makingFolders = Permissions(rawValue: 2)
    }

    /// Refuses files that would be one and the same, that are an input (by whatever name or link), that exist, or that no folder
    /// can take.
    ///
    /// - Parameter advice: what to do about a file that exists or is an input.
    /// - Throws: `FileError` for the first file of these, with the number of the others.
    public static func check(
        _ planned: [Planned], inputs: [URL], _ permissions: Permissions = [], advice: String = "name another --output"
    ) throws {
        var identities = FileIdentities()
        let inputs = Set(inputs.map { identities[$0] })
        var origins: [FileIdentity: String] = [:]
        for file in planned {
            let identity = identities[file.url]
            guard !inputs.contains(identity) else { throw refused(file, "it is an input of this command; \(advice)") }
            if let other = origins.updateValue(file.origin, forKey: identity) {
                throw refused(
                    file, "\(other) and \(file.origin) would both become this file; rename one of them, or take them one by one")
            }
        }
        let existing = planned.filter { exists($0.url) }
        if let folder = existing.first(where: { FileSystem.kind(of: $0.url) == .folder }) {
            throw refused(folder, "a folder of this name is there; \(advice)")
        }
        if let first = existing.first, !permissions.contains(.replacing) {
            let others =
                existing.count > 1
                ? ", as \(existing.count > 2 ? "do" : "does") \(existing.count - 1) more of \(planned.count)" : ""
            throw refused(first, "it exists already\(others); \(advice), or add --overwrite to replace what is there")
        }
        for file in planned { try checkFolder(of: file, mayBeMade: permissions.contains(.makingFolders)) }
    }

    private static func refused(_ file: Planned, _ reason: String) -> FileError {
        FileError(file.url, "cannot be written", reason: reason)
    }

    /// A link that leads nowhere exists too.
    private static func exists(_ url: URL) -> Bool {
        var info = stat()
        return lstat(url.path, &info) == 0
    }

    private static func checkFolder(of file: Planned, mayBeMade: Bool) throws {
        let folder = file.url.standardizedFileURL.deletingLastPathComponent()
        guard mayBeMade || FileSystem.kind(of: folder) != .missing else {
            throw refused(file, "there is no folder \(folder.path); make it first")
        }
        try FileSystem.requirePlace(forFolder: folder)
    }
}

/// What tells whether two paths are one file: the file itself where it exists, else the nearest folder that does and the rest of
/// the path.
private struct FileIdentity: Hashable {
    let device: UInt64
    let number: UInt64
    /// Empty for what exists.
    let rest: String
}

/// Identities of paths, with what was found out of folders on the way.
private struct FileIdentities {
    private var ignoresCase: [FileIdentity: Bool] = [:]

    subscript(_ url: URL) -> FileIdentity {
        mutating get {
            var place = url.standardizedFileURL
            var rest: [String] = []
            var info = stat()
            while stat(place.path, &info) != 0, place.path != "/" {
                rest.insert(place.lastPathComponent, at: 0)
                place.deleteLastPathComponent()
            }
            let existing = Self.identity(info, rest: "")
            guard !rest.isEmpty else { return existing }
            let folded = ignoresCase[existing] ?? Self.ignoresCase(place)
            ignoresCase[existing] = folded
            let name = rest.joined(separator: "/")
            return Self.identity(info, rest: folded ? name.lowercased() : name)
        }
    }

    private static func identity(_ info: stat, rest: String) -> FileIdentity {
        FileIdentity(device: UInt64(truncatingIfNeeded: info.st_dev), number: UInt64(info.st_ino), rest: rest)
    }

    /// Whether names that differ in upper and lower case alone are one file in a folder: asked of a name that is there, since
    /// systems say it in different ways, if at all.
    private static func ignoresCase(_ folder: URL) -> Bool {
        func swapped(_ name: String) -> String { name == name.lowercased() ? name.uppercased() : name.lowercased() }
        func isSame(_ url: URL) -> Bool {
            var (first, second) = (stat(), stat())
            let other = url.deletingLastPathComponent().appending(path: swapped(url.lastPathComponent))
            guard stat(url.path, &first) == 0, stat(other.path, &second) == 0 else { return false }
            return identity(first, rest: "") == identity(second, rest: "")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        guard let name = names.first(where: { swapped($0) != $0 }) else {
            return swapped(folder.lastPathComponent) != folder.lastPathComponent && isSame(folder)
        }
        return isSame(folder.appending(path: name))
    }
}
