import DurableFiles
import Foundation
import SegData

extension RunConfiguration {
    /// From file to network input; stored with the weights through the configuration.
    public var recipe: PlaneRecipe {
        get throws {
            PlaneRecipe(
                labels: try data.labelMap, normalization: input.normalization, spacing: input.spacing, fit: input.fit,
                axis: input.axis, labelGrid: data.labelGrid, crop: input.crop)
        }
    }

    /// Lists the data set's cases and puts them into their splits.
    ///
    /// - Parameter folder: instead of the configured one.
    /// - Throws: `ConfigurationError` where no folder is named; `LayoutError`, `DataSetError`, `CSVError`, `FileError` for what
    ///   lies there.
    public func openDataSet(at folder: URL?) throws -> DataSet {
        let (listing, layout, root) = try listDataSet(at: folder)
        return try data.split.dataSet(
            of: listing, layout: layout, classNames: data.classNames, root: root, seed: training.seed)
    }

    /// The same for looking at: cases that cannot be split all stand in the training split, and the reason is a problem.
    ///
    /// - Throws: as `openDataSet`, but for errors of the split.
    public func surveyDataSet(at folder: URL?) throws -> (DataSet, [DataSetProblem]) {
        let (listing, layout, root) = try listDataSet(at: folder)
        do {
            let dataSet = try data.split.dataSet(
                of: listing, layout: layout, classNames: data.classNames, root: root, seed: training.seed)
            return (dataSet, [])
        } catch let error as DataSetError {
            let dataSet = try DataSet(
                classNames: data.classNames, origin: listing.origin,
                cases: [.train: listing.entries.map(\.dataCase)],
                layout: layout, notes: listing.notes)
            return (dataSet, [DataSetProblem(.error, "no split: \(error)")])
        }
    }

    /// The cases, their layout, and the folder that a table's path starts at.
    private func listDataSet(at folder: URL?) throws -> (CaseListing, LayoutName, root: URL) {
        guard let root = folder ?? data.folder.map({ URL(filePath: $0) }) else {
            throw ConfigurationError(["data", "folder"], "no data folder is named; give --data FOLDER")
        }
        let tableFolder =
            root.pathExtension.lowercased() == "csv" ? root.deletingLastPathComponent() : root
        var table: URL?
        if case .table(let path) = data.split {
            table =
                URL(
                    filePath: path, relativeTo: URL(filePath: tableFolder.path, directoryHint: .isDirectory)
                ).absoluteURL
        }
        let (listing, layout) = try DataSetFolder(root).open(data.layoutSettings, table: table)
        return (listing, layout, tableFolder)
    }
}
