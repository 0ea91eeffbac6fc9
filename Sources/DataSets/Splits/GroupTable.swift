import Foundation
import MedicalImages

/// A comma-separated table that says which patient or video each file belongs to.
///
/// The file column is named `file`, `image` or `name`; the group column `group`, `patient`, `subject_id`, `video` or another of
/// `CSVTable.groupNames`, the first that is there. Other columns are passed over, so a split table serves too.
public struct GroupTable: Sendable, Equatable {
    /// The table's path, for messages.
    public let path: String
    /// The group of each file, by the file's name without its ending.
    public let groups: [String: String]

    /// - Throws: `LayoutError` with the line, or `FileError`.
    public init(_ url: URL) throws {
        let table = try CSVTable(url)
        let header = table.header.map { $0.lowercased() }
        func column(_ names: [String]) throws -> Int {
            guard let place = table.column(names) else {
                throw table.missing("column \(names.map { "'\($0)'" }.joined(separator: ", "))")
            }
            return place
        }
        let (file, group) = (try column(["file", "image", "name"]), try column(CSVTable.groupNames))
        var groups: [String: String] = [:]
        for row in table.rows {
            let stem = ImageFile.stem(of: URL(fileURLWithPath: row.fields[file]))
            guard !row.fields[group].isEmpty else {
                throw LayoutError(table.path, line: row.line, "no \(header[group]) for '\(stem)'; name one")
            }
            groups[stem] = row.fields[group]
        }
        path = table.path
        self.groups = groups
    }
}
