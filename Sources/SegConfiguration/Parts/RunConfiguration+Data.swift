import DataSets
import DurableFiles
import Foundation
import Sampling

extension RunConfiguration {
    /// From file to network input; stored with the weights through the configuration.
    public var recipe: Recipe {
        get throws {
            Recipe(
                labels: try data.labelMap, normalization: input.normalization, spacing: input.spacing,
                resampling: input.resampling, fit: input.fit, plane: input.plane, labelGrid: data.labelGrid, crop: input.crop)
        }
    }

    /// Lists the data set's cases and puts them into their splits.
    ///
    /// - Parameters:
    ///   - folder: instead of the configured one.
    ///   - splits: those that a run began with, which stand; nil for a new run.
    /// - Throws: `ConfigurationError` where no folder is named; `LayoutError`, `DataSetError`, `FileError` for what
    ///   lies there.
    public func openDataSet(at folder: URL?, keeping splits: CaseSplits? = nil) throws -> DataSet {
        try listDataSet(at: folder).dataSet(data.split, keeping: splits, isOwnData: folder == nil)
    }

    /// The same for looking at: cases that cannot be split all stand in the training split, and the reason is a problem.
    ///
    /// - Throws: as `openDataSet`, but for errors of the split.
    public func surveyDataSet(at folder: URL?) throws -> (DataSet, [DataSetProblem]) {
        let listed = try listDataSet(at: folder)
        do {
            return (try listed.dataSet(data.split), [])
        } catch let error as DataSetError {
            return (try listed.unsplit(), [DataSetProblem(.error, "no split: \(error)")])
        }
    }

    /// The cases, listed once.
    ///
    /// - Throws: as `openDataSet`, but for errors of the split.
    package func listDataSet(at folder: URL?) throws -> ListedDataSet {
        guard let root = folder ?? data.folder.map({ URL(filePath: $0) }) else {
            throw ConfigurationError(["data", "folder"], "no data folder is named; give --data FOLDER")
        }
        let tableFolder = root.pathExtension.lowercased() == "csv" ? root.deletingLastPathComponent() : root
        var table: URL?
        if case .table(let path) = data.split {
            let start = URL(filePath: tableFolder.path, directoryHint: .isDirectory)
            table = URL(filePath: path, relativeTo: start).absoluteURL
        }
        let (listing, layout) = try DataSetFolder(root).open(data.layoutSettings, table: table)
        return ListedDataSet(listing: listing, layout: layout, root: tableFolder, classNames: data.classNames)
    }
}
