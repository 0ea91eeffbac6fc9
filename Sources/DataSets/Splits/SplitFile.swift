import Foundation
import MedicalImages

/// A table that puts files into splits, and into groups where it says so.
///
/// The file column is named `file`, `image`, `name`, `id` or `image_id`; the split column `split`, or else the only column with
/// `split` in its name, such as `suggested_split`; the group column `group`, `patient`, `subject_id`, `video` or another of
/// `CSVTable.groupNames`, the first that is there. A row with an empty split leaves its file out.
struct SplitFile {
    struct Entry: Equatable {
        /// The file's path as it is written, without its ending.
        var name: String
        /// Nil: left out.
        var split: Split?
        /// Nil where the table has no group column.
        var group: String?

        /// The last part of the name.
        var stem: String { name.split(separator: "/").last.map(String.init) ?? name }
    }

    let path: String
    let entries: [Entry]

    /// - Throws: `LayoutError` with the line, or `FileError`.
    init(_ url: URL) throws {
        try self.init(CSVTable(url))
    }

    init(_ table: CSVTable) throws {
        path = table.path
        try table.requireDistinctColumns()
        guard let file = table.column(["file", "image", "name", "id", "image_id"]) else {
            throw table.missing("column 'file', 'image', 'name' or 'id'")
        }
        guard let split = table.splitColumn else {
            throw table.missing("column 'split', nor a single one with 'split' in its name")
        }
        let group = table.groupColumn
        var lines: [String: Int] = [:]
        entries = try table.rows.map { row in
            let path = row.fields[file]
            guard !path.isEmpty else {
                throw LayoutError(table.path, line: row.line, "no file name; name a file or remove the row")
            }
            let named = try table.split(row, column: split)
            var parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
            if let last = parts.popLast() { parts.append(ImageFile.stem(of: URL(fileURLWithPath: last))) }
            let name = parts.joined(separator: "/")
            if let first = lines.updateValue(row.line, forKey: name) {
                throw LayoutError(table.path, line: row.line, "'\(name)' stands on line \(first) already; keep one row a file")
            }
            let groupName = group.map { row.fields[$0] }
            guard groupName != "" || named == nil else {
                throw LayoutError(
                    table.path, line: row.line,
                    "no \(table.header[group ?? 0].lowercased()) for '\(name)'; name one, or remove the column")
            }
            return Entry(name: name, split: named, group: groupName)
        }
    }
}

extension CSVTable {
    /// The first of these columns, in any case, that is there.
    func column(_ names: [String]) -> Int? {
        let header = header.map { $0.lowercased() }
        return names.lazy.compactMap { header.firstIndex(of: $0) }.first
    }

    func missing(_ what: String) -> LayoutError {
        LayoutError(path, line: 1, "no \(what); found \(header.joined(separator: ", "))")
    }

    /// `image`, or `image_1`, `image_2`, … for the files of a case.
    var imageColumns: [Int] { column(["image"]).map { [$0] } ?? (1...99).compactMap { column(["image_\($0)"]) } }

    var labelColumn: Int? { column(["label", "mask", "labels", "segmentation"]) }

    var nameColumn: Int? { column(["id", "name", "case"]) }

    /// Whether it is a list of images and labels.
    var isList: Bool { !imageColumns.isEmpty && labelColumn != nil }

    /// `split`, or else the only column with `split` in its name.
    var splitColumn: Int? {
        let candidates = header.indices.filter { header[$0].lowercased().contains("split") }
        return column(["split"]) ?? (candidates.count == 1 ? candidates[0] : nil)
    }

    /// What the column is called that says which patient or video a file belongs to, first choice first.
    static let groupNames = [
        "group", "patient", "patient_id", "patientid", "subject", "subject_id", "subjectid", "participant_id", "case", "case_id",
        "video", "video_id",
    ]

    var groupColumn: Int? { column(Self.groupNames) }

    /// - Throws: `LayoutError` where two columns have the same name.
    func requireDistinctColumns() throws {
        var seen: Set<String> = []
        for name in header where !name.isEmpty && !seen.insert(name.lowercased()).inserted {
            throw LayoutError(path, line: 1, "two columns are named '\(name)'; rename or remove one")
        }
    }

    /// The split that a field names; nil where it is empty.
    ///
    /// - Throws: `LayoutError` for any other word.
    func split(_ row: Row, column: Int) throws -> Split? {
        let word = row.fields[column]
        let named = Split(word: word)
        guard named != nil || word.isEmpty else {
            throw LayoutError(
                path, line: row.line, "split '\(word)'; expected train, validation or test, or nothing to leave the file out")
        }
        return named
    }
}
