import DurableFiles
import Foundation
import MedicalImages

extension ImageGrouping {
    /// The cases of a CSV list: columns `image`, or `image_1`, `image_2`, …, and `id` if wanted.
    ///
    /// - Throws: `LayoutError`, `FileError`.
    func listed(in url: URL) throws -> Finding {
        let table = try CSVTable(url)
        let header = table.header.map { $0.lowercased() }
        try table.requireDistinctColumns()
        let columns = header.firstIndex(of: "image").map { [$0] } ?? (1...99).compactMap { header.firstIndex(of: "image_\($0)") }
        guard !columns.isEmpty else {
            throw LayoutError(
                url.path, line: 1,
                "no column 'image' (or image_1, image_2, … for the files of a case); "
                    + "found \(table.header.joined(separator: ", "))")
        }
        let name = ["id", "name", "case"].lazy.compactMap { header.firstIndex(of: $0) }.first
        var finding = Finding()
        for row in table.rows {
            let files = columns.map { row.fields[$0] }.map {
                URL(filePath: $0, relativeTo: url.deletingLastPathComponent()).absoluteURL.standardizedFileURL
            }
            let id = name.map { row.fields[$0] } ?? ImageFile.stem(of: files[0])
            if id.isEmpty {
                finding.incomplete.append(.init(id: id, problem: "\(url.path):\(row.line): the name of the case is missing"))
            } else if columns.contains(where: { row.fields[$0].isEmpty }) {
                finding.incomplete.append(.init(id: id, problem: "\(url.path):\(row.line): a file name is missing"))
            } else if let missing = files.first(where: { FileSystem.kind(of: $0) != .file }) {
                finding.incomplete.append(.init(id: id, problem: "\(url.path):\(row.line): no file \(missing.path)"))
            } else {
                finding.cases.append(Self.dataCase(id, files))
            }
        }
        guard !finding.cases.isEmpty || !finding.incomplete.isEmpty else {
            throw LayoutError(url.path, "it names no image")
        }
        return finding
    }
}
