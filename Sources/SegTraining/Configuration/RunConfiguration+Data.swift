import DurableFiles
import Foundation
import SegData

extension RunConfiguration {
    /// From file to network input; stored with the weights through the configuration.
    public var recipe: PlaneRecipe {
        get throws {
            PlaneRecipe(
                labels: try data.labelMap, normalization: input.normalization, fit: input.fit, axis: input.axis,
                labelGrid: data.labelGrid)
        }
    }

    /// Lists the data set's cases and puts them into their splits.
    ///
    /// - Parameter folder: instead of the configured one.
    /// - Throws: `ConfigurationError` where no folder is named; `LayoutError`, `DataSetError`, `CSVError`, `FileError` for what
    ///   lies there.
    public func openDataSet(at folder: URL?) throws -> DataSet {
        guard let root = folder ?? data.folder.map({ URL(filePath: $0) }) else {
            throw ConfigurationError(["data", "folder"], "no data folder is named; give --data FOLDER")
        }
        let tableFolder = root.pathExtension.lowercased() == "csv" ? root.deletingLastPathComponent() : root
        var table: URL?
        if case .table(let path) = data.split {
            table = URL(filePath: path, relativeTo: URL(filePath: tableFolder.path, directoryHint: .isDirectory)).absoluteURL
        }
        let (listing, layout) = try DataSetFolder(root).open(data.layoutSettings, table: table)
        return try data.split.dataSet(
            of: listing, layout: layout, classNames: data.classNames, root: tableFolder, seed: training.seed)
    }
}
