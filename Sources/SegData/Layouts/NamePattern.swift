import Foundation
import MedicalImages

/// A path within a data set in which `*` stands for the name of the case, folders included.
///
/// `images` is short for `images/*`. A pattern that ends in `*` takes any image file, and the ending is no part of the name.
/// A folder `<split>` stands for `train`, `validation`, `test` and their other spellings. `*/masks` means all the files of each
/// case's folder `masks`.
struct NamePattern: Sendable, Hashable {
    let text: String
    /// Before `<split>`; nil without one.
    private let beforeSplit: String?
    /// From `<split>` or the start to the star.
    private let prefix: String
    private let suffix: String

    static let splitWord = "<split>"

    /// - Throws: `SettingError` for more than one star, or a split behind it.
    init(_ text: String) throws {
        self.text = text
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        let parts = trimmed.components(separatedBy: "*")
        try SettingError.require(
            parts.count <= 2 && !(parts.count == 2 && parts[1].contains(Self.splitWord)) && !trimmed.isEmpty, "file pattern",
            found: "'\(text)'", expected: "a folder, or a path with one *, and <split> before it if at all")
        let front = parts.count == 2 ? parts[0] : trimmed == "." ? "" : trimmed + "/"
        suffix = parts.count == 2 ? parts[1] : ""
        let pieces = front.components(separatedBy: Self.splitWord)
        beforeSplit = pieces.count > 1 ? pieces[0] : nil
        prefix = pieces[pieces.count - 1]
    }

    /// How much of a path the pattern fixes.
    var length: Int { prefix.count + suffix.count }

    /// Whether the pattern names folders and means all files in them.
    var namesFolders: Bool { !suffix.isEmpty && !ImageFile.isRecognized(URL(filePath: "/x" + suffix)) }

    /// What a pattern reads out of a path.
    struct Match: Hashable {
        /// With the folder of the split, since two splits may use the same names.
        var id: String
        /// The folder that the case lies in, or is; for a file in no folder of its own, the case.
        var group: String
        /// What the folder `<split>` names.
        var split: Split?
    }

    /// The files of each case.
    func files(in index: FolderIndex) -> [Match: [URL]] {
        var found: [Match: [URL]] = [:]
        if namesFolders {
            for folder in index.imageFolders {
                guard let match = match(folder) else { continue }
                found[match, default: []] += index.images(in: folder).map { index.url(FolderIndex.join(folder, $0)) }
            }
        } else {
            for path in index.allImages {
                guard let match = match(path) else { continue }
                found[match, default: []].append(index.url(path))
            }
        }
        return found
    }

    /// What the path says; nil where it is none of the pattern's.
    func match(_ path: String) -> Match? {
        var rest = Substring(path)
        var word: Substring?
        if let beforeSplit {
            guard rest.hasPrefix(beforeSplit) else { return nil }
            rest = rest.dropFirst(beforeSplit.count)
            let first = rest.prefix { $0 != "/" }
            guard Split(word: String(first)) != nil else { return nil }
            rest = rest.dropFirst(first.count)
            word = first
        }
        guard rest.hasPrefix(prefix), rest.hasSuffix(suffix), rest.utf8.count > prefix.utf8.count + suffix.utf8.count else {
            return nil
        }
        var name = String(rest.dropFirst(prefix.count).dropLast(suffix.count))
        if suffix.isEmpty {
            let file = name.split(separator: "/").last.map(String.init) ?? ""
            name = String(name.dropLast(file.count)) + ImageFile.stem(of: URL(filePath: "/" + file))
        }
        let id = word.map { "\($0)/\(name)" } ?? name
        let isFolder = suffix.contains("/")
        let folder = name.split(separator: "/").dropLast().joined(separator: "/")
        return Match(
            id: id, group: isFolder ? name : folder.isEmpty ? id : folder, split: word.flatMap { Split(word: String($0)) })
    }
}
