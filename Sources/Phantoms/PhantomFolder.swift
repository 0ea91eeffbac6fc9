import DataSets
import DurableFiles
import Foundation

/// The folder of a synthetic data set: `images/`, `labels/`, `split.csv`, `README.txt`.
struct PhantomFolder {
    let root: URL

    var images: URL { root.appendingPathComponent("images") }
    var labels: URL { root.appendingPathComponent("labels") }

    /// Makes the folders.
    ///
    /// - Throws: `PhantomFolderError` where the folder holds something, `FileError` where it cannot be made.
    init(making root: URL) throws {
        self.root = root
        try Self.requireEmpty(root)
        try FileSystem.makeFolder(images)
        try FileSystem.makeFolder(labels)
    }

    /// - Throws: `PhantomFolderError` where the folder holds something.
    static func requireEmpty(_ root: URL) throws {
        guard FileSystem.kind(of: root) != .missing else { return }
        guard try FileSystem.list(root).isEmpty else { throw PhantomFolderError(path: root.path) }
    }

    /// Writes the table and the note, last of all: a folder with a table is complete.
    func finish(rows: [(file: String, group: String, split: Split)], note: String) throws {
        try DurableFile.write(note, to: root.appendingPathComponent("README.txt"))
        let lines = rows.map { "\($0.file),\($0.group),\($0.split.rawValue)\n" }
        try DurableFile.write("file,group,split\n" + lines.joined(), to: root.appendingPathComponent("split.csv"))
    }

    /// The split of the group `index` of `count`: about 60, 20 and 20 %, in order, at least one group each where there are three.
    static func split(_ index: Int, of count: Int) -> Split {
        let held = count < 3 ? 0 : max(1, count / 5)
        if index >= count - held { return .test }
        return index >= count - 2 * held ? .validation : .train
    }
}

/// A folder that holds something already, where a data set was to be made.
public struct PhantomFolderError: Error, CustomStringConvertible, Equatable, Sendable {
    public let path: String

    public var description: String { "\(path): this folder is not empty; name a new folder for the data set" }
}
