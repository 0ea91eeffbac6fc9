import DurableFiles
import Foundation
import MedicalImages

/// Images and labels whose places follow patterns: folders with equal names, endings side by side, or a folder a case.
///
/// Several image patterns are the channels of one case. One label pattern means files of labels, or, where it names folders or
/// has a `<part>`, one mask for each object; several mean masks of one class each, of which the later lie in front.
public struct FolderLayout: CaseLayout {
    let index: FolderIndex
    let images: [NamePattern]
    let labels: [NamePattern]
    let overlap: OverlapRule
    /// The data set's own table of splits.
    let table: URL?

    /// - Parameters:
    ///   - images: patterns below `root`, such as `images` or `scans/*_flair.nii.gz`.
    ///   - labels: as many as there are masks a case; one for files that hold all classes.
    ///   - overlap: for several masks; nil: the later lie in front.
    ///   - table: rows of files and splits; nil takes `split.csv`, or else the only table of `root` that names its cases.
    /// - Throws: `SettingError` for an invalid pattern, `FileError` unless `root` is a folder.
    public init(root: URL, images: [String], labels: [String], overlap: OverlapRule? = nil, table: URL? = nil) throws {
        try self.init(FolderIndex(root), images: images, labels: labels, overlap: overlap, table: table)
    }

    init(_ index: FolderIndex, images: [String], labels: [String], overlap: OverlapRule? = nil, table: URL? = nil) throws {
        precondition(!images.isEmpty && !labels.isEmpty, "a layout has images and labels")
        self.index = index
        self.images = try images.map(NamePattern.init)
        self.labels = try labels.map(NamePattern.init)
        self.overlap = overlap ?? .priority(Array((1...labels.count).reversed()))
        self.table = table
    }

    public func list() throws -> CaseListing {
        let (imageFiles, labelFiles) = matchedFiles()
        for (pattern, files) in zip(images, imageFiles) { try checkSingle(files, of: pattern) }
        for (pattern, files) in zip(labels, labelFiles) where !pattern.takesSeveral { try checkSingle(files, of: pattern) }
        guard !imageFiles[0].isEmpty else { throw DataSetError.noImages(folder: place(images[0])) }

        let ids = imageFiles[0].keys.map(\.id).sortedAsCounted()
        let table = try chosenTable(naming: ids)
        let rows = try table.map {
            try SplitRows($0, ids: ids, folder: place(images[0]), alsoKnown: labelFiles[0].keys.map(\.id))
        }
        let isLeftOut = { (id: String) in rows.map { $0.leftOut.contains(id) } ?? false }
        try checkPairs(imageFiles, labelFiles, isLeftOut: isLeftOut)

        let imagesByID = imageFiles.map { files in Dictionary(uniqueKeysWithValues: files.map { ($0.key.id, $0.value[0]) }) }
        let labelsByID = labelFiles.map { files in Dictionary(uniqueKeysWithValues: files.map { ($0.key.id, $0.value) }) }
        let entries = imageFiles[0].keys.compactMap { match -> CaseListing.Entry? in
            let label = source(labelsByID.map { $0[match.id] ?? [] })
            guard let label else { return nil }  // left out by the table
            let dataCase = DataCase(
                id: match.id, group: rows?.groups[match.id] ?? match.group,
                image: ImageLocation(imagesByID.compactMap { $0[match.id] }),
                label: label)
            return CaseListing.Entry(
                dataCase: dataCase, place: rows?.places[match.id] ?? match.split.map(CaseListing.Place.split) ?? .open)
        }
        return CaseListing(
            origin: table?.path ?? place(images[0]), entries: entries,
            notes: absenceNotes(labelsByID, of: entries.map(\.dataCase.id)),
            isFinal: table != nil)
    }

    /// Whether each case has a folder with a file for each class: a missing file means that the organ is absent.
    /// Beside each other in folders of one class, a missing file is a missing label.
    private var haveOwnFiles: Bool { labels.count > 1 && labels.allSatisfy(\.isInCaseFolder) }

    private func absenceNotes(_ labelsByID: [[String: [URL]]], of ids: [String]) -> [String] {
        guard haveOwnFiles else { return [] }
        let absent = zip(labels, labelsByID).compactMap { pattern, files in
            let count = ids.count { files[$0] == nil }
            return count > 0 ? "\(pattern.text.split(separator: "/").last ?? "") of \(count)" : nil
        }
        guard !absent.isEmpty else { return [] }
        return [
            "masks that are not there are taken as empty, of \(ids.count) cases: \(absent.prefix(5).joined(separator: ", "))"
                + (absent.count > 5 ? ", …" : "")
        ]
    }

    private typealias Files = [NamePattern.Match: [URL]]

    /// The files of every pattern. A file that fits patterns of images and of labels, as `a_seg.nii.gz` fits `*.nii.gz` and
    /// `*_seg.nii.gz`, belongs to the longer one.
    private func matchedFiles() -> (images: [Files], labels: [Files]) {
        let imageFiles = images.map { $0.files(in: index) }
        let labelFiles = labels.map { $0.files(in: index) }
        func without(_ files: Files, of pattern: NamePattern, _ others: [(NamePattern, Files)]) -> Files {
            let longer = others.filter { $0.0.length > pattern.length }
            guard !longer.isEmpty else { return files }
            let taken = Set(longer.flatMap { $0.1.values.flatMap(\.self) })
            return files.compactMapValues { urls in
                let rest = urls.filter { !taken.contains($0) }
                return rest.isEmpty ? nil : rest
            }
        }
        return (
            zip(images, imageFiles).map { without($1, of: $0, Array(zip(labels, labelFiles))) },
            zip(labels, labelFiles).map { without($1, of: $0, Array(zip(images, imageFiles))) }
        )
    }

    private func source(_ files: [[URL]]) -> LabelSource? {
        guard haveOwnFiles ? files.contains(where: { !$0.isEmpty }) : files.allSatisfy({ !$0.isEmpty }) else { return nil }
        if files.count == 1 { return labels[0].takesSeveral ? LabelSource(union: files[0]) : LabelSource(file: files[0][0]) }
        return LabelSource(
            files.enumerated().flatMap { number, urls in urls.map { LabelSource.Layer($0, value: number + 1) } }, overlap: overlap
        )
    }

    /// The folder of a pattern, for messages.
    private func place(_ pattern: NamePattern) -> String {
        let folder = pattern.text.prefix { $0 != "*" && $0 != "<" }
        let trimmed = folder.hasSuffix("/") ? folder.dropLast() : folder
        let isWhole = pattern.text == folder || pattern.text.dropFirst(folder.count) == "*"
        return index.root.path + (isWhole ? trimmed.isEmpty ? "" : "/\(trimmed)" : "/\(pattern.text)")
    }

    /// The table that was given, or the one that lies in the root.
    private func chosenTable(naming ids: [String]) throws -> SplitFile? {
        if let table { return try SplitFile(table) }
        if index.rootFiles.contains("split.csv") { return try SplitFile(index.url("split.csv")) }
        let known = Set(ids).union(ids.compactMap { $0.split(separator: "/").last.map(String.init) })
        let tables = index.rootFiles.filter { $0.lowercased().hasSuffix(".csv") }.compactMap { name in
            // A table about something else is no table of splits, and no error.
            (try? SplitFile(index.url(name))).flatMap { file in
                file.entries.contains { known.contains($0.name) || known.contains($0.stem) } ? file : nil
            }
        }
        return tables.count == 1 ? tables[0] : nil
    }

    /// One file for each case and pattern.
    private func checkSingle(_ files: Files, of pattern: NamePattern) throws {
        let doubled = files.filter { $0.value.count > 1 }.keys
        guard doubled.isEmpty else {
            throw DataSetError.equalStems(folder: place(pattern), names: doubled.map(\.id).sortedAsCounted())
        }
    }

    /// Every image has its labels and every label its image.
    private func checkPairs(
        _ imageFiles: [Files], _ labelFiles: [Files], isLeftOut: (String) -> Bool
    ) throws {
        let ids = Set(imageFiles[0].keys.map(\.id))
        for (pattern, files) in zip(images, imageFiles).dropFirst() {
            let others = Set(files.keys.map(\.id))
            let difference = ids.symmetricDifference(others).filter { !isLeftOut($0) }
            guard difference.isEmpty else {
                throw DataSetError.channelsMissing(
                    first: place(images[0]), other: place(pattern), names: difference.sortedAsCounted())
            }
        }
        let anyLabel = Set(labelFiles.flatMap { $0.keys.map(\.id) })
        for (pattern, files) in zip(labels, labelFiles) {
            let labelled = haveOwnFiles ? anyLabel : Set(files.keys.map(\.id))
            try DataSetError.requirePairs(
                ids, at: place(images[0]), labelled, at: place(pattern), isLeftOut: isLeftOut)
        }
    }
}
