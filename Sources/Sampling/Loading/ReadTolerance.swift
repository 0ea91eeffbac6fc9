import DataSets
import DurableFiles
import MedicalImages

/// What happens when a file of a split cannot be read.
public enum ReadTolerance: Sendable {
    /// The error is thrown.
    case none
    /// The case is left out and counted. Files that can be read but do not fit the data set are errors nevertheless.
    case skipUnreadable

    /// - Throws: what `body` throws and the tolerance does not cover.
    func read<Output>(_ dataCase: DataCase, _ body: () throws -> Output) throws -> Result<Output, UnreadableCase> {
        do {
            return .success(try body())
        } catch let error where self == .skipUnreadable && (error is ImageFileError || error is FileError) {
            return .failure(UnreadableCase(id: dataCase.id, problem: "\(error)"))
        }
    }
}

extension Result where Failure == UnreadableCase {
    var failure: UnreadableCase? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
