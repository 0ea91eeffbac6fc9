import DurableFiles
import Foundation
import MedicalImages

extension ImageGrouping {
    /// Whether a file's name is that of a list of images, CSV or plain text.
    public static func isList(_ url: URL) -> Bool { isTable(url) || url.pathExtension.lowercased() == "txt" }

    static func isTable(_ url: URL) -> Bool { url.pathExtension.lowercased() == "csv" }

    /// The cases of a text list. A line is the path of an image, of one of the files of a case, or of a folder of such, from the
    /// list's folder on; or the name of a case there. A case that several lines name is one; empty lines and those that begin with #
    /// are passed over.
    ///
    /// - Throws: `FileError` for a list that cannot be read; `LayoutError` for one that names nothing.
    func linesOf(_ url: URL) throws -> Finding {
        let folder = url.deletingLastPathComponent()
        let text = String(decoding: try FileSystem.read(url), as: UTF8.self)
        // A byte order mark is no part of the first name.
        let lines = (text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...])
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var finding = Finding()
        for (index, line) in lines.enumerated() {
            let name = line.trimmingCharacters(in: .whitespaces)
            guard !name.isEmpty, !name.hasPrefix("#") else { continue }
            do {
                let found = try named(name, in: folder)
                finding.cases += found.cases.filter { !finding.cases.contains($0) }
                finding.incomplete += found.incomplete
                finding.labels += found.labels
            } catch {
                finding.incomplete.append(.init(id: name, problem: "\(url.path):\(index + 1): \(error)"))
            }
        }
        guard !finding.cases.isEmpty || !finding.incomplete.isEmpty else { throw LayoutError(url.path, "it names no image") }
        return finding
    }

    /// What one line of a list names.
    private func named(_ name: String, in folder: URL) throws -> Finding {
        let place = URL(listed: name, in: folder)
        if FileSystem.kind(of: place) != .missing {
            guard !Self.isList(place) else { throw LayoutError(place, "it is a list itself; expected an image or a case") }
            return try cases(at: place)
        }
        // A folder without images has no cases either.
        let own = try? cases(at: folder)
        if let found = own?.cases.first(where: { $0.id == name }) { return Finding(cases: [found]) }
        if let problem = own?.incomplete.first(where: { $0.id == name }) { return Finding(incomplete: [problem]) }
        throw LayoutError(place, "no such file or folder, and no case '\(name)' in \(folder.path)")
    }

    /// The images that a data set keeps without labels: those of `imagesTs`, and of `imagesTr` where labels are missing, that are
    /// none of the known files.
    ///
    /// - Parameter folders: of the two.
    /// - Throws: `FileError` where a folder cannot be listed.
    package func unlabelled(in root: URL, folders: [String], besides known: [URL]) throws -> Finding {
        let known = Set(known.map(FileSystem.resolvedPath))
        var finding = Finding()
        for folder in folders.map({ root.appending(path: $0) }) where FileSystem.kind(of: folder) == .folder {
            guard try FileSystem.list(folder).contains(where: ImageFile.isRecognized) else { continue }
            let found = try cases(at: folder)
            finding.cases += found.cases.filter { !$0.files.contains { known.contains(FileSystem.resolvedPath($0)) } }
            finding.incomplete += found.incomplete
            finding.labels += found.labels
        }
        return finding
    }

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
                    ? "a file name is missing" : files.first { !ImageFile.isThere($0) }.map { "no file \($0.path)" }
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
