import DurableFiles
import Foundation
import MedicalImages

/// A comma-separated list of cases: columns `image` (or `image_1`, `image_2`, … for a file a channel), `label` or `mask`, and
/// where they are wanted `id`, `split` and `group` (or `patient`, `subject_id`, `video` and the like).
///
/// Paths start at the folder of the list. A row with an empty split is left out.
struct ListLayout: CaseLayout {
    let url: URL

    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        let lists = try lists(in: root)
        guard lists.count == 1, let found = lists.first else { return nil }
        let table = try CSVTable(found)
        return LayoutFinding(
            .csv, reason: "\(found.lastPathComponent) with columns \(table.header.joined(separator: ", "))", settings: settings)
    }

    /// - Throws: `LayoutError` where a folder has no list, or several.
    init(root: URL) throws {
        let lists = try Self.lists(in: root)
        guard lists.count == 1 else {
            throw LayoutError(root, "\(lists.count) CSV files with columns image and label; name the one that is meant")
        }
        url = lists[0]
    }

    /// The list itself, or those in a folder.
    private static func lists(in root: URL) throws -> [URL] {
        guard root.pathExtension.lowercased() != "csv" else { return [root] }
        guard FileSystem.kind(of: root) == .folder else { return [] }
        return try FileSystem.list(root).filter { $0.pathExtension.lowercased() == "csv" && (try? CSVTable($0))?.isList == true }
    }

    func list() throws -> CaseListing {
        let table = try CSVTable(url)
        try table.requireDistinctColumns()
        let images = table.imageColumns
        guard !images.isEmpty, let label = table.labelColumn else {
            throw table.missing("columns 'image' and 'label'")
        }
        let splitColumn = table.splitColumn, groupColumn = table.groupColumn
        let idColumn = table.nameColumn
        var lines: [String: Int] = [:]
        let entries = try table.rows.map { row -> CaseListing.Entry in
            let paths = images.map { row.fields[$0] } + [row.fields[label]]
            guard !paths.contains("") else {
                throw LayoutError(url.path, line: row.line, "a file name is missing; name it or remove the row")
            }
            let urls = paths.map { URL(listed: $0, in: url.deletingLastPathComponent()) }
            if let missing = urls.first(where: { !ImageFile.isThere($0) }) {
                throw LayoutError(url.path, line: row.line, "no file \(missing.path)")
            }
            let id = idColumn.map { row.fields[$0] } ?? ImageFile.stem(of: urls[0])
            guard !id.isEmpty else {
                throw LayoutError(url.path, line: row.line, "the name of the case is missing; name it")
            }
            if let first = lines.updateValue(row.line, forKey: id) {
                throw LayoutError(
                    url.path, line: row.line,
                    "'\(id)' stands on line \(first) already; add a column 'id' with a name for each row")
            }
            let group = groupColumn.map { row.fields[$0] }
            let split = try splitColumn.map { try table.split(row, column: $0) }
            return CaseListing.Entry(
                dataCase: DataCase(
                    id: id, group: group.flatMap { $0.isEmpty ? nil : $0 } ?? id, image: ImageLocation(Array(urls.dropLast())),
                    label: urls[urls.count - 1]),
                place: split.map { $0.map { .split($0) } ?? .leftOut } ?? .open)
        }
        let read = Set(images + [label, splitColumn, groupColumn, idColumn].compactMap(\.self))
        let unread = table.header.indices.filter { !read.contains($0) && !table.header[$0].isEmpty }.map { table.header[$0] }
        let remark = "columns of \(url.lastPathComponent) that are not read: \(unread.joined(separator: ", "))"
        return CaseListing(
            origin: url.path, entries: entries, notes: unread.isEmpty ? [] : [remark], isFinal: splitColumn != nil)
    }
}
