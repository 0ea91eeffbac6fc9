import DurableFiles
import Foundation
import MedicalImages

extension ImageGrouping {
    /// The cases of a CSV list: columns `image`, or `image_1`, `image_2`, …, and `id` if wanted.
    ///
    /// - Throws: `LayoutError`, `FileError`.
    func listed(in url: URL) throws -> Finding {
        let table = try CSVTable(url)
        try table.requireDistinctColumns()
        let columns = table.imageColumns
        guard !columns.isEmpty else {
            throw table.missing("column 'image' (or image_1, image_2, … for the files of a case)")
        }
        var finding = Finding()
        for row in table.rows {
            let files = columns.map { URL(listed: row.fields[$0], in: url.deletingLastPathComponent()) }
            let id = table.nameColumn.map { row.fields[$0] } ?? ImageFile.stem(of: files[0])
            let problem =
                id.isEmpty
                ? "the name of the case is missing"
                : columns.contains { row.fields[$0].isEmpty }
                    ? "a file name is missing" : files.first { FileSystem.kind(of: $0) != .file }.map { "no file \($0.path)" }
            if let problem {
                finding.incomplete.append(.init(id: id, problem: "\(url.path):\(row.line): \(problem)"))
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
