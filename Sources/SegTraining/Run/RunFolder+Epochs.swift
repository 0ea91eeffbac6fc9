import DurableFiles
import Foundation
import SegInference

extension RunFolder {
    /// The epochs written so far, in their order; none where training has not got that far.
    ///
    /// - Throws: `FileError` for a line that is no epoch; one without its end is one that is being written, and is left out.
    public func epochs() throws -> [EpochRecord] {
        guard FileSystem.kind(of: metrics) == .file else { return [] }
        let text = String(decoding: try FileSystem.read(metrics), as: UTF8.self)
        let whole = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
        return try whole.split(separator: "\n").enumerated().map { index, line in
            do {
                return try JSONDecoder().decode(EpochRecord.self, from: Data(line.utf8))
            } catch {
                throw FileError(metrics, "cannot be read", reason: "line \(index + 1) is no epoch that this program wrote")
            }
        }
    }
}
