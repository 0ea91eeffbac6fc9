import DurableFiles
import Foundation
import SegData

extension RunConfiguration {
    /// From file to network input; stored with the weights through the configuration.
    public var recipe: PlaneRecipe {
        get throws {
            PlaneRecipe(labels: try data.labelMap, normalization: input.normalization, fit: input.fit, axis: input.axis)
        }
    }

    /// Lists the data set's cases.
    ///
    /// - Parameter folder: instead of the configured one.
    /// - Throws: `ConfigurationError` where no folder is named; `DataSetError`, `FileError` for what lies there.
    public func openDataSet(at folder: URL?) throws -> DataSet {
        guard let root = folder ?? data.folder.map({ URL(filePath: $0, directoryHint: .isDirectory) }) else {
            throw ConfigurationError(["data", "folder"], "no data folder is named; give --data FOLDER")
        }
        try FileSystem.requireFolder(root)
        let table = root.appending(path: data.split)
        let layout = FolderLayout(
            images: root.appending(path: data.images, directoryHint: .isDirectory),
            labels: root.appending(path: data.labels, directoryHint: .isDirectory),
            rule: FileSystem.kind(of: table) == .missing ? .seeded(SeededSplit(seed: training.seed)) : .file(table))
        return try layout.read(classNames: data.classNames)
    }
}
