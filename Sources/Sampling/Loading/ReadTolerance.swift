import DataSets
import DurableFiles
import MedicalImages

/// What happens when a file of a split cannot be read.
public enum ReadTolerance: Sendable {
    /// The error is thrown.
    case none
    /// The case is left out and counted. Files that can be read but do not fit the data set are errors nevertheless.
    case skipUnreadable

    /// What `body` makes of the cases, in order, and those that cannot be read.
    ///
    /// - Throws: what `body` throws and the tolerance does not cover.
    func read<Output: Sendable>(
        _ cases: [DataCase], workers: Int, _ body: @Sendable (Int, DataCase) throws -> Output
    ) throws -> (read: [Output], unreadable: [UnreadableCase]) {
        let results = try concurrentMap(Array(cases.indices), workers: workers) { index -> Result<Output, UnreadableCase> in
            do {
                return .success(try body(index, cases[index]))
            } catch let error where self == .skipUnreadable && (error is ImageFileError || error is FileError) {
                return .failure(UnreadableCase(id: cases[index].id, problem: "\(error)"))
            }
        }
        var (read, unreadable): ([Output], [UnreadableCase]) = ([], [])
        for result in results {
            switch result {
            case .success(let output): read.append(output)
            case .failure(let failure): unreadable.append(failure)
            }
        }
        return (read, unreadable)
    }
}
