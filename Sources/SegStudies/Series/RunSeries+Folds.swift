import DataSets
import DurableFiles
import SegConfiguration
import SegInference

extension RunSeries {
    /// Folds are parts of one whole only while the data set stays what it was.
    ///
    /// - Parameter others: the runs of all folds.
    /// - Throws: `StudyError` where a fold that has not begun would deal other cases than one that is trained; errors of the data.
    static func requireSameCases(_ folder: RunFolder, _ configuration: RunConfiguration, as others: [RunFolder]) throws {
        func names(_ splits: CaseSplits) -> Set<String> { Set(splits.train + splits.validation + splits.test) }
        guard !hasBegun(folder) else { return }
        let trained = others.filter { FileSystem.kind(of: $0.best) == .file }
        guard !trained.isEmpty else { return }
        let own = names(try configuration.openDataSet(at: nil).splits)
        for other in trained {
            guard let splits = try Checkpoint.manifest(of: other.best).splits else { continue }
            let changed = names(splits).symmetricDifference(own).sorted()
            guard changed.isEmpty else {
                throw StudyError(
                    "\(other.url.path) was trained when the data set had other cases: \(changed.count) have come or gone, "
                        + "such as '\(changed[0])'; put the data back, or begin anew with another --output")
            }
        }
    }
}
