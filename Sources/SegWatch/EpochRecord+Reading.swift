import DurableFiles
import Foundation
import SegTraining

extension EpochRecord {
    /// The lines of a run's `metrics.jsonl`; none where the file is missing.
    ///
    /// - Throws: `FileError` where it cannot be read, `DecodingError` for a line of another form.
    static func read(_ url: URL) throws -> [EpochRecord] {
        guard FileSystem.kind(of: url) == .file else { return [] }
        let decoder = JSONDecoder()
        return try FileSystem.read(url).split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(EpochRecord.self, from: $0)
        }
    }
}
