import DurableFiles
import Foundation
import MedicalImages

/// The image files and folders below a folder, by their paths within it; hidden ones are left out. A folder whose files are the
/// planes of a DICOM series is an image.
struct FolderIndex: Sendable {
    let root: URL
    /// Images, by the path of their folder; the root's is empty.
    private let imagesByFolder: [String: [String]]
    private let childrenByFolder: [String: [String]]
    /// Other files that lie in the root itself, such as tables.
    let rootFiles: [String]
    /// How many other files there are with each ending, in lower case.
    let otherEndings: [String: Int]

    /// Data sets are shallower; a link to a folder above would not end otherwise.
    private static let depth = 6

    /// - Throws: `FileError` where a folder cannot be listed.
    init(_ root: URL) throws {
        var images: [String: [String]] = [:]
        var children: [String: [String]] = [:]
        var others: [String] = []
        var endings: [String: Int] = [:]
        func visit(_ folder: URL, _ path: String, depth: Int) throws {
            for url in try FileSystem.list(folder) {
                let name = url.lastPathComponent
                let kind = FileSystem.kind(of: url)
                if kind == .folder, DICOMPlaces.folderIsSeries(url) {
                    images[path, default: []].append(name)
                } else if kind != .folder, ImageFile.isRecognized(url) || DICOMPlaces.looksLikeImage(url) {
                    // A broken link is a missing image, which is reported when it is read.
                    images[path, default: []].append(name)
                } else if kind == .folder {
                    children[path, default: []].append(name)
                    if depth < Self.depth { try visit(url, Self.join(path, name), depth: depth + 1) }
                } else {
                    endings[url.pathExtension.isEmpty ? "" : "." + url.pathExtension.lowercased(), default: 0] += 1
                    if path.isEmpty { others.append(name) }
                }
            }
        }
        try visit(root, "", depth: 0)
        self.root = root
        imagesByFolder = images
        childrenByFolder = children
        rootFiles = others
        otherEndings = endings
    }

    static func join(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : "\(folder)/\(name)" }

    /// The folders that hold images, in counted order.
    var imageFolders: [String] { imagesByFolder.keys.sortedAsCounted() }

    /// The names of the images that lie in a folder itself.
    func images(in folder: String) -> [String] { imagesByFolder[folder] ?? [] }

    /// The names of the folders in a folder.
    func folders(in folder: String) -> [String] { childrenByFolder[folder] ?? [] }

    /// The paths of all images.
    var allImages: [String] { imageFolders.flatMap { folder in images(in: folder).map { Self.join(folder, $0) } } }

    var isEmpty: Bool { imagesByFolder.isEmpty && childrenByFolder.isEmpty && otherEndings.isEmpty }

    func url(_ path: String) -> URL { path.isEmpty ? root : root.appending(path: path) }
}

extension URL {
    /// The file that a list names, by its path from a folder on.
    ///
    /// A list from Windows has `\` between folders; a name with one in it is a name.
    init(listed path: String, in folder: URL) {
        let folder = folder.appending(path: "", directoryHint: .isDirectory)
        func file(_ path: String) -> URL { URL(filePath: path, relativeTo: folder).absoluteURL.standardizedFileURL }
        let isWindows = path.contains("\\") && FileSystem.kind(of: file(path)) == .missing
        let plain = file(isWindows ? path.replacing("\\", with: "/") : path)
        // FOLDER#SERIES, unless a name has that sign.
        if let sign = path.lastIndex(of: "#"), FileSystem.kind(of: plain) == .missing,
            DICOMPlaces.isPlace(file(String(path[..<sign])))
        {
            self = file(String(path[..<sign])).naming(series: String(path[path.index(after: sign)...]))
        } else {
            self = plain
        }
    }
}
