import Foundation
import MedicalImages

/// A table that puts files into splits, and into groups where it says so.
///
/// The file column is named `file`, `image` or `name`; the split column `split`, or else the only column with `split` in
/// its name, such as `suggested_split`; the group column `group`, `patient`, `case` or `video`, the first of these that
/// is there. A row with an empty split leaves its file out.
struct SplitFile {
    struct Entry: Equatable {
        /// The file's name without its ending.
        var stem: String
        /// Nil: left out.
        var split: Split?
        /// Nil where the table has no group column.
        var group: String?
    }

    let path: String
    let entries: [Entry]

    /// - Throws: `CSVError` with the line, or `FileError`.
    init(_ url: URL) throws {
        try self.init(CSVTable(url))
    }

    init(_ table: CSVTable) throws {
        path = table.path
        let header = table.header.map { $0.lowercased() }
        func column(_ names: [String]) -> Int? { names.lazy.compactMap { header.firstIndex(of: $0) }.first }
        func missing(_ what: String) -> CSVError {
            CSVError(
                path: table.path, line: 1,
                problem: "no column \(what); found \(table.header.joined(separator: ", "))")
        }
        guard let file = column(["file", "image", "name"]) else { throw missing("'file', 'image' or 'name'") }
        let candidates = header.indices.filter { header[$0].contains("split") }
        guard let split = column(["split"]) ?? (candidates.count == 1 ? candidates[0] : nil) else {
            throw missing("'split', nor a single one with 'split' in its name")
        }
        let group = column(["group", "patient", "case", "video"])
        var lines: [String: Int] = [:]
        entries = try table.rows.map { row in
            let name = row.fields[file]
            guard !name.isEmpty else {
                throw CSVError(path: table.path, line: row.line, problem: "no file name; name a file or remove the row")
            }
            let word = row.fields[split]
            let named = Split(word: word)
            guard named != nil || word.isEmpty else {
                throw CSVError(
                    path: table.path, line: row.line,
                    problem: "split '\(word)'; expected train, validation or test, or nothing to leave the file out")
            }
            // Only the last part of a path names the case.
            let stem = ImageFile.stem(of: URL(fileURLWithPath: name))
            if let first = lines.updateValue(row.line, forKey: stem) {
                throw CSVError(
                    path: table.path, line: row.line, problem: "'\(stem)' stands on line \(first) already; keep one row a file")
            }
            let groupName = group.map { row.fields[$0] }
            guard groupName != "" || named == nil else {
                throw CSVError(
                    path: table.path, line: row.line,
                    problem: "no \(header[group ?? 0]) for '\(stem)'; name one, or remove the column")
            }
            return Entry(stem: stem, split: named, group: groupName)
        }
    }
}
