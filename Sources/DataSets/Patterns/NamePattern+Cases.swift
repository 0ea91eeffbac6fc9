import DurableFiles
import Foundation
import MedicalImages

extension NamePattern {
    /// Any file, by its whole path.
    static let anything = try! NamePattern("*")  // one star is a pattern

    /// The folders and the name, with a star.
    private var parts: [String] {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        let whole = trimmed.contains("*") ? trimmed : trimmed == "." ? "*" : trimmed + "/*"
        return whole.components(separatedBy: "/")
    }

    /// Folders and name of a path that fits, where the star stands for one.
    var depth: Int { parts.count }

    /// Folders whose names are fixed, or a split's, in front of that with the star.
    var foldersBeforeStar: Int { parts.firstIndex { $0.contains("*") } ?? 0 }  // there is a star

    /// Whether the star is in the name of the file.
    var isInName: Bool { foldersBeforeStar == depth - 1 && !namesFolders }

    /// The pattern without its first folders; nil where there are fewer before the star.
    func dropping(_ count: Int) -> NamePattern? {
        guard count <= foldersBeforeStar else { return nil }
        return try? NamePattern(parts.dropFirst(count).joined(separator: "/"))
    }

    /// The name of the case that an image's path belongs to; nil where it does not fit.
    func id(of path: String) -> String? {
        guard namesFolders else { return match(path)?.id }
        return match(path.split(separator: "/").dropLast().joined(separator: "/"))?.id
    }

    /// The image files of a case below a folder, where the star stands for one name.
    func files(of id: String, in root: URL) -> [URL] {
        let path = parts.map { $0.replacing("*", with: id) }
        let folder = (namesFolders ? path : path.dropLast()).reduce(root) { $0.appending(path: $1) }
        if namesFolders, DICOMPlaces.folderIsSeries(folder) { return [folder] }
        let files = ((try? FileSystem.list(folder)) ?? []).filter {
            FileSystem.kind(of: $0) == .folder
                ? DICOMPlaces.folderIsSeries($0) : ImageFile.isRecognized($0) || DICOMPlaces.looksLikeImage($0)
        }
        guard !namesFolders else { return files }
        let below = path.dropLast().map { $0 + "/" }.joined()
        return files.filter { self.id(of: below + $0.lastPathComponent) == id }
    }
}
