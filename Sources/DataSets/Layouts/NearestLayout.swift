import DurableFiles
import Foundation
import MedicalImages

/// The layout that a folder without any comes closest to, and what is missing for it.
struct NearestLayout {
    private let index: FolderIndex

    init(_ index: FolderIndex) { self.index = index }

    /// The text for an error.
    var words: String {
        let nearest = inner() ?? described() ?? list() ?? namedFolders() ?? equalNames() ?? suffix() ?? cases()
        // A paper or an archive among the images is not what is missing.
        guard let foreign, foreign.count * 2 >= index.allImages.count else { return nearest }
        return "\(nearest); \(foreign.words)"
    }

    /// Why there is nothing to read at all; nil where there are images, or a description of them.
    var absence: String? {
        if index.isEmpty { return "the folder is empty" }
        guard index.imageFolders.isEmpty, inner() == nil, described() == nil, list() == nil else { return nil }
        let commonest = index.otherEndings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let endings = commonest.prefix(4).map { ending, count in "\(count) \(ending.isEmpty ? "without an ending" : ending)" }
        let found = endings.isEmpty ? "only folders" : endings.joined(separator: ", ")
        return "it holds no image file of a known ending; found \(found)" + (foreign.map { "; \($0.words)" } ?? "")
    }

    /// The commonest ending of a format that is not read, and what to do; nil where there is none.
    private var foreign: (count: Int, words: String)? {
        let commonest = index.otherEndings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return commonest.lazy.compactMap { ending, count in
            ForeignFormat(URL(filePath: "x" + ending)).map { (count, "files of \($0.name) are not read: \($0.remedy)") }
        }.first
    }

    /// A data set that lies one folder deeper.
    private func inner() -> String? {
        guard !index.rootFiles.contains("dataset.json") else { return nil }
        for folder in index.folders(in: "") {
            let isDescribed = FileSystem.kind(of: DataSetDescription.url(in: index.url(folder))) == .file
            guard isDescribed || index.folders(in: folder).contains(where: { $0.hasPrefix("instrument_dataset_") }) else {
                continue
            }
            return
                "nearest: \(folder)/ is a data set of its own, with \(isDescribed ? "a dataset.json" : "folders instrument_dataset_N"); "
                + "name that folder"
        }
        return nil
    }

    private func described() -> String? {
        guard index.rootFiles.contains("dataset.json") else {
            let folders = index.folders(in: "")
            guard folders.contains("imagesTr"), !folders.contains("labelsTr") else { return nil }
            return "nearest is nnunet: imagesTr/ is there, labelsTr/ and dataset.json are not"
        }
        return "nearest is nnunet: dataset.json has neither 'channel_names' (nnU-Net) nor a 'training' list (Decathlon, MONAI)"
    }

    private func list() -> String? {
        var tables: [(name: String, table: CSVTable)] = []
        for name in index.rootFiles where name.lowercased().hasSuffix(".csv") {
            do {
                tables.append((name, try CSVTable(index.url(name))))
            } catch {
                return "nearest is csv: \(error)"
            }
        }
        let complete = tables.filter(\.table.isList)
        if complete.count > 1 {
            return "nearest is csv: \(complete.map(\.name).joined(separator: ", ")) are lists; name the one that is meant"
        }
        for (name, table) in tables {
            let hasImages = !table.imageColumns.isEmpty, hasLabel = table.labelColumn != nil
            if hasImages != hasLabel {
                return
                    "nearest is csv: \(name) has a column of \(hasImages ? "images, but none 'label' or 'mask'" : "labels, but none 'image'")"
                    + "; found \(table.header.joined(separator: ", "))"
            }
        }
        return nil
    }

    /// Images without labels, or the other way round.
    private func namedFolders() -> String? {
        for path in index.imageFolders where !path.isEmpty {
            let (parent, name) = PatternRecognition.parted(path)
            let siblings = index.folders(in: parent).map { $0.lowercased() }
            let count = index.images(in: path).count
            let files = "\(path)/ has \(count) image file\(count == 1 ? "" : "s")"
            if PatternRecognition.imageNames.contains(name.lowercased()),
                !siblings.contains(where: PatternRecognition.labelNames.contains)
            {
                return "nearest is folders: \(files), but there is no folder of labels (labels, masks, annotations, …) beside it"
            }
            if PatternRecognition.labelNames.contains(name.lowercased()),
                !siblings.contains(where: PatternRecognition.imageNames.contains)
            {
                return "nearest is folders: \(files), but there is no folder of images (images, scans, frames, …) beside it"
            }
        }
        return nil
    }

    /// Folders beside each other with many names in common.
    private func equalNames() -> String? {
        let folders = index.imageFolders.map { path in
            (path: path, stems: Set(index.images(in: path).map { ImageFile.parts(of: $0).stem }))
        }
        var best: (shared: Int, first: Int, second: Int)?
        // More folders are a folder a case.
        guard folders.count <= 8 else { return nil }
        for first in folders.indices {
            for second in folders.indices.dropFirst(first + 1) {
                let shared = folders[first].stems.intersection(folders[second].stems).count
                if shared > best?.shared ?? 0 { best = (shared, first, second) }
            }
        }
        guard let best else { return nil }
        let (a, b) = (folders[best.first], folders[best.second])
        let differing = [(a, b), (b, a)].compactMap { one, other in
            let names = one.stems.subtracting(other.stems).sortedAsCounted()
            return names.isEmpty
                ? nil : "only in \(one.path)/: \(names.prefix(3).joined(separator: ", "))\(names.count > 3 ? ", …" : "")"
        }
        let what =
            differing.isEmpty
            ? "which of them has the images and which the labels is not clear" : differing.joined(separator: "; ")
        return "nearest is folders: \(a.path)/ and \(b.path)/ share \(best.shared) name\(best.shared == 1 ? "" : "s"); \(what)"
    }

    /// `a_mask.png` without all the rest.
    private func suffix() -> String? {
        let stems = index.allImages.map { ImageFile.parts(of: $0).stem }
        for suffix in PatternRecognition.labelSuffixes {
            let labels = stems.filter { $0.hasSuffix(suffix) && $0.count > suffix.count }
            guard !labels.isEmpty else { continue }
            let bases = Set(stems)
            let paired = labels.count { bases.contains(String($0.dropLast(suffix.count))) }
            return "nearest is pairs: \(labels.count) file\(labels.count == 1 ? "" : "s") *\(suffix), of which \(paired) "
                + "\(paired == 1 ? "has" : "have") an image of the same name without \(suffix)"
        }
        return nil
    }

    private func cases() -> String {
        let folders = index.imageFolders.filter { !$0.isEmpty }
        let count = index.allImages.count
        guard folders.count >= 2 else {
            return
                "nearest is pairs: \(count) image file\(count == 1 ? "" : "s"), none of which is told to be the labels of another"
        }
        let names = Dictionary(grouping: index.allImages) { PatternRecognition.parted($0).name }
        let usual = names.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        guard let usual, usual.value.count > 1 else {
            return "nearest is cases: \(folders.count) folders with images, but no file name stands in several of them"
        }
        return
            "nearest is cases: \(folders.count) folders with images; \(usual.key) stands in \(usual.value.count) of them, but images "
            + "(many values) and labels (few whole ones) are not in most"
    }
}
