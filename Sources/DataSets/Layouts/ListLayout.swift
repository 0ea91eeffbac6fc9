import DurableFiles
import Foundation
import MedicalImages

/// A comma-separated list of cases: columns `image` (or `image_1`, `image_2`, … for a file a channel), `label` or `mask`, and
/// where they are wanted `id`, `split` and `group` (or `patient`, `subject_id`, `video` and the like).
///
/// Paths start at the folder of the list. A row with an empty split is left out.
struct ListLayout: CaseLayout {
    let url: URL

    /// The list itself, or the only one in a folder.
    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        let found: URL?
        if root.pathExtension.lowercased() == "csv" {
            found = root
        } else {
            guard FileSystem.kind(of: root) == .folder else { return nil }
            let lists = try FileSystem.list(root).filter { url in
                guard url.pathExtension.lowercased() == "csv", let table = try? CSVTable(url) else { return false }
                return !Columns.images(table).isEmpty && Columns.label(table) != nil
            }
            found = lists.count == 1 ? lists[0] : nil
        }
        guard let found else { return nil }
        let table = try CSVTable(found)
        return LayoutFinding(
            .csv, reason: "\(found.lastPathComponent) with columns \(table.header.joined(separator: ", "))", settings: settings)
    }

    /// - Throws: `LayoutError` where a folder has no list, or several.
    init(root: URL) throws {
        if root.pathExtension.lowercased() == "csv" {
            url = root
            return
        }
        let lists = try FileSystem.list(root).filter { url in
            guard url.pathExtension.lowercased() == "csv", let table = try? CSVTable(url) else { return false }
            return !Columns.images(table).isEmpty && Columns.label(table) != nil
        }
        guard lists.count == 1 else {
            throw LayoutError(root, "\(lists.count) CSV files with columns image and label; name the one that is meant")
        }
        url = lists[0]
    }

    enum Columns {
        static func images(_ table: CSVTable) -> [Int] {
            let header = table.header.map { $0.lowercased() }
            if let single = header.firstIndex(of: "image") { return [single] }
            return (1...99).compactMap { header.firstIndex(of: "image_\($0)") }
        }

        static func label(_ table: CSVTable) -> Int? { table.column(["label", "mask", "labels", "segmentation"]) }
    }

    func list() throws -> CaseListing {
        let table = try CSVTable(url)
        try table.requireDistinctColumns()
        let images = Columns.images(table)
        guard !images.isEmpty, let label = Columns.label(table) else {
            throw LayoutError(url.path, line: 1, "no columns 'image' and 'label'; found \(table.header.joined(separator: ", "))")
        }
        let splitColumn = table.splitColumn, groupColumn = table.groupColumn
        let idColumn = table.column(["id", "name", "case"])
        var lines: [String: Int] = [:]
        let entries = try table.rows.map { row -> CaseListing.Entry in
            let paths = images.map { row.fields[$0] } + [row.fields[label]]
            guard !paths.contains("") else {
                throw LayoutError(url.path, line: row.line, "a file name is missing; name it or remove the row")
            }
            func file(_ path: String) -> URL {
                URL(filePath: path, relativeTo: url.deletingLastPathComponent()).absoluteURL.standardizedFileURL
            }
            let urls = paths.map { path in
                // A list from Windows has `\` between folders; a name with one in it is a name.
                path.contains("\\") && FileSystem.kind(of: file(path)) == .missing
                    ? file(path.replacing("\\", with: "/")) : file(path)
            }
            if let missing = urls.first(where: { FileSystem.kind(of: $0) != .file }) {
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
                DataCase(
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
