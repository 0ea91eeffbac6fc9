import DurableFiles
import Foundation
import MedicalImages

/// A folder of images and a folder of labels with equal names, read where they lie.
///
/// `case_1.nii.gz` belongs to `case_1.png`: only the endings of image formats may differ.
public struct FolderLayout: Sendable {
    /// What decides which case trains, validates and tests.
    public enum Rule: Sendable {
        /// A comma-separated table with a row a file: `file` (or `image`, `name`), `split` (train, validation or test; empty to
        /// leave the file out) and, where cases belong together, `group` (or `patient`, `case`, `video`).
        case file(URL)
        /// At random, every case a group of its own.
        case seeded(SeededSplit)
    }

    public var images: URL
    public var labels: URL
    public var rule: Rule

    public init(images: URL, labels: URL, rule: Rule) {
        self.images = images
        self.labels = labels
        self.rule = rule
    }

    /// The layout `images/`, `labels/`, `split.csv` below one folder; without the table, a split at random.
    ///
    /// - Throws: `FileError` unless `root` is a folder.
    public init(root: URL, otherwise split: SeededSplit) throws {
        try FileSystem.requireFolder(root)
        let table = root.appendingPathComponent("split.csv")
        self.init(
            images: root.appendingPathComponent("images"), labels: root.appendingPathComponent("labels"),
            rule: FileSystem.kind(of: table) == .missing ? .seeded(split) : .file(table))
    }

    /// Lists the cases and puts them into their splits; opens no image.
    ///
    /// - Throws: `DataSetError` where images, labels and split do not fit together, `CSVError` for the table, `FileError`.
    public func read(classNames: [String]) throws -> DataSet {
        let imagesByStem = try Self.filesByStem(images)
        var labelsByStem = try Self.filesByStem(labels)
        guard !imagesByStem.isEmpty else { throw DataSetError.noImages(folder: images.path) }
        let origin: String
        let places: [SplitFile.Entry]
        switch rule {
        case .seeded(let split):
            origin = images.path
            let splits = try split.assign(Set(imagesByStem.keys), origin: origin)
            places = splits.map { SplitFile.Entry(stem: $0, split: $1, group: nil) }
        case .file(let url):
            origin = url.path
            let table = try SplitFile(url)
            try check(table, imagesByStem, labelsByStem)
            places = table.entries.filter { $0.split != nil }
            // The labels of files that are left out miss no image.
            for entry in table.entries where entry.split == nil { labelsByStem[entry.stem] = nil }
        }
        try checkPairs(places.map(\.stem), imagesByStem, labelsByStem)

        let placeByStem = Dictionary(uniqueKeysWithValues: places.map { ($0.stem, $0) })
        var cases: [Split: [DataCase]] = [:]
        for stem in placeByStem.keys.sorted().sortedAsCounted() {
            guard let place = placeByStem[stem], let split = place.split, let image = imagesByStem[stem] else { continue }
            cases[split, default: []].append(
                DataCase(id: stem, group: place.group ?? stem, images: [image], label: labelsByStem[stem]))
        }
        return try DataSet(classNames: classNames, origin: origin, cases: cases)
    }

    /// Every row has its file and every file its row.
    private func check(_ table: SplitFile, _ imagesByStem: [String: URL], _ labelsByStem: [String: URL]) throws {
        let absent = table.entries.filter { $0.split != nil && imagesByStem[$0.stem] == nil && labelsByStem[$0.stem] == nil }
        guard absent.isEmpty else {
            throw DataSetError.missingOnDisk(
                splitFile: table.path, folder: images.path, names: absent.map(\.stem).sortedAsCounted())
        }
        let unnamed = Set(imagesByStem.keys).subtracting(table.entries.map(\.stem))
        guard unnamed.isEmpty else {
            throw DataSetError.missingInSplitFile(
                splitFile: table.path, folder: images.path, names: unnamed.sorted().sortedAsCounted())
        }
    }

    /// Every image has its label and every label its image.
    private func checkPairs(_ stems: [String], _ imagesByStem: [String: URL], _ labelsByStem: [String: URL]) throws {
        let bare = stems.filter { imagesByStem[$0] != nil && labelsByStem[$0] == nil }
        guard bare.isEmpty else {
            throw DataSetError.imagesWithoutLabel(
                images: images.path, labels: labels.path, names: bare.sorted().sortedAsCounted())
        }
        let orphans = labelsByStem.keys.filter { imagesByStem[$0] == nil }
        guard orphans.isEmpty else {
            throw DataSetError.labelsWithoutImage(
                images: images.path, labels: labels.path, names: orphans.sorted().sortedAsCounted())
        }
    }

    private static func filesByStem(_ folder: URL) throws -> [String: URL] {
        let files = try FileSystem.list(folder).filter { ImageFile.isRecognized($0) && FileSystem.kind(of: $0) == .file }
        let byStem = Dictionary(grouping: files, by: ImageFile.stem(of:))
        let doubled = byStem.filter { $0.value.count > 1 }.keys
        guard doubled.isEmpty else {
            throw DataSetError.equalStems(folder: folder.path, names: doubled.sorted().sortedAsCounted())
        }
        return byStem.compactMapValues(\.first)
    }
}
