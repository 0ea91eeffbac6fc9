import DurableFiles
import Foundation
import MedicalImages

/// Finds the patterns of data sets that no file describes: objects, folders, pairs and cases.
struct PatternRecognition {
    let index: FolderIndex
    let settings: LayoutSettings

    init(_ root: URL, settings: LayoutSettings) throws {
        self.init(try FolderIndex(root), settings: settings)
    }

    init(_ index: FolderIndex, settings: LayoutSettings) {
        self.index = index
        self.settings = settings
    }

    static let imageNames: Set<String> = [
        "images", "image", "imgs", "img", "scans", "scan", "frames", "pictures", "photos", "slices", "volumes", "ct", "mr", "mri",
        "input", "inputs", "imagestr",
    ]
    static let labelNames: Set<String> = [
        "labels", "label", "masks", "mask", "segmentations", "segmentation", "segs", "seg", "annotations", "annotation", "gt",
        "ground_truth", "groundtruth", "truth", "targets", "target", "labelstr",
    ]
    /// What names of label files have behind those of their images, longest first; in small letters, as a word or in capitals.
    static let labelSuffixes = [
        "_ground_truth", "_segmentation", "-segmentation", "_groundtruth", "_annotation", "_labels", "-labels", "_label",
        "-label",
        "_mask", "-mask", "_anno", "_seg", "-seg", "_gt", "-gt", ".mask", ".seg",
    ].flatMap { suffix in
        [suffix, "\(suffix.prefix(1))\(suffix.dropFirst().prefix(1).uppercased())\(suffix.dropFirst(2))", suffix.uppercased()]
    }
    static let imageSuffixes = ["", "_image", "-image", "_img", "_volume", "_scan", "_orig"]

    /// A finding in which stated patterns stand before those that were found.
    func finding(_ layout: LayoutName, _ images: [String], _ labels: [String], _ reason: String) -> LayoutFinding {
        var settings = settings
        if settings.images.isEmpty { settings.images = images }
        if settings.labels.isEmpty { settings.labels = labels }
        return LayoutFinding(layout, reason: reason, settings: settings, classes: classes(of: settings.labels))
    }

    /// Masks of one class each are numbered by their patterns; files with their own values name no classes.
    private func classes(of labels: [String]) -> [LayoutFinding.ClassValues]? {
        let names = labels.map { label in
            let part = label.split(separator: "/").last { !$0.contains("*") && !$0.contains("<") }
            return part.map { ImageFile.parts(of: String($0)).stem } ?? label
        }
        if labels.count > 1 {
            return [.init("background", [0])] + names.enumerated().map { .init($1, [$0 + 1]) }
        }
        guard let pattern = try? NamePattern(labels[0]), pattern.takesSeveral else { return nil }
        // Joined masks count as 1; label files that are written have the masks' own value, which stands first.
        let masks = pattern.files(in: index).values.joined().sorted { $0.path < $1.path }
        let own = LabelGuess.foregroundValue(of: masks) ?? 1
        return [.init("background", [0]), .init("object", own == 1 ? [1] : [own, 1])]
    }

    /// Patterns that the user has stated.
    func stated() -> LayoutFinding? {
        guard !settings.images.isEmpty, !settings.labels.isEmpty else { return nil }
        return finding(
            settings.layout ?? .folders, settings.images, settings.labels, "data.images and data.labels name the files")
    }

    // MARK: A folder a case, a mask an object

    /// `stage1_train/ID/images/ID.png` with `stage1_train/ID/masks/*.png`.
    func objects() -> LayoutFinding? {
        var found: [String: (cases: Int, masks: Int)] = [:]
        for folder in index.imageFolders {
            let (parent, name) = Self.parted(folder)
            guard Self.imageNames.contains(name.lowercased()), !parent.isEmpty, index.images(in: folder).count == 1,
                let masks = index.folders(in: parent).first(where: { Self.labelNames.contains($0.lowercased()) })
            else { continue }
            let count = index.images(in: FolderIndex.join(parent, masks)).count
            guard count > 0 else { continue }
            let above = Self.parted(parent).parent
            let key = "\(Self.generalized(above))\t\(name)\t\(masks)"
            found[key, default: (0, 0)].cases += 1
            found[key]?.masks += count
        }
        guard found.count == 1, let (key, counts) = found.first, counts.cases >= 2, counts.masks > counts.cases else {
            return nil
        }
        let parts = key.components(separatedBy: "\t")
        let front = FolderIndex.join(parts[0], "*")
        return finding(
            .objects, ["\(front)/\(parts[1])"], ["\(front)/\(parts[2])"],
            "\(counts.cases) folders with one image in \(parts[1])/ and \(counts.masks) masks in \(parts[2])/, one for each object"
        )
    }

    // MARK: Folders with equal names

    func folders() -> LayoutFinding? {
        namedFolders() ?? siblings() ?? wordedFolders()
    }

    /// Folders that bear the names of images and labels.
    private func namedFolders() -> LayoutFinding? {
        var found: [(images: String, labels: String, count: Int)] = []
        var parents: Set<String> = [""]
        for folder in index.imageFolders {
            // Of `images/train/p1` the parents are looked at as well.
            var path = folder
            while !path.isEmpty {
                path = Self.parted(path).parent
                parents.insert(path)
            }
        }
        for parent in parents.sorted() {
            let children = index.folders(in: parent)
            let images = children.filter { Self.imageNames.contains($0.lowercased()) }
            let labels = children.filter { Self.labelNames.contains($0.lowercased()) }
            guard images.count == 1, labels.count == 1 else { continue }
            guard !isDescribed(parent) else { continue }
            let paths = [images[0], labels[0]].map { FolderIndex.join(parent, $0) }
            let counts = paths.map { path in index.imageFolders.filter { $0 == path || $0.hasPrefix(path + "/") }.count }
            guard counts.allSatisfy({ $0 > 0 }) else { continue }
            found.append((paths[0], paths[1], counts[0]))
        }
        let patterns = Set(found.map { [Self.generalized($0.images), Self.generalized($0.labels)] })
        guard patterns.count == 1, let pattern = patterns.first else { return nil }
        let images = withInnerSplit(pattern[0]), labels = withInnerSplit(pattern[1])
        if let pairing = found.lazy.compactMap({ pairing($0.images, $0.labels) }).first {
            return alike(pattern, in: [images, labels], pairing)
        }
        return finding(
            .folders, [images], [labels], "\(pattern[0])/ and \(pattern[1])/ with equal names")
    }

    /// How the names of two folders go together where none are equal.
    private func pairing(_ images: String, _ labels: String) -> NamePairing? {
        let names = [images, labels].map { index.images(in: $0) }
        let stems = names.map { Set($0.map { ImageFile.parts(of: $0).stem }) }
        return stems[0].isDisjoint(with: stems[1]) ? NamePairing(images: names[0], labels: names[1]) : nil
    }

    /// Folders with words of images and labels in their names, such as `Training_Input` and `Training_GroundTruth`.
    private func wordedFolders() -> LayoutFinding? {
        struct Folder {
            let path: String
            let split: String?
            /// The path with `<split>` in place of its word.
            let general: String
        }
        for parent in [""] + index.folders(in: "") where !isDescribed(parent) {
            var images: [Folder] = [], labels: [Folder] = []
            for name in index.folders(in: parent) where !index.images(in: FolderIndex.join(parent, name)).isEmpty {
                let words = name.split { !$0.isLetter && !$0.isNumber }.map(String.init)
                let isImages = words.contains { Self.imageNames.contains($0.lowercased()) }
                let isLabels = words.contains { Self.labelNames.contains($0.lowercased()) }
                guard isImages != isLabels else { continue }
                let split = words.first { Split(word: $0) != nil }
                let general = split.map { name.replacing($0, with: NamePattern.splitWord, maxReplacements: 1) } ?? name
                let folder = Folder(
                    path: FolderIndex.join(parent, name), split: split, general: FolderIndex.join(parent, general))
                if isImages { images.append(folder) } else { labels.append(folder) }
            }
            let pairs = labels.compactMap { label in
                let partners = images.filter { $0.split == label.split }
                return partners.count == 1 ? (image: partners[0], label: label) : nil
            }
            guard !pairs.isEmpty, pairs.count == labels.count, Set(pairs.map(\.image.path)).count == pairs.count else { continue }
            // With one split only, the others are drawn at random.
            let isGeneral = pairs.count > 1
            let patterns = Set(
                pairs.map { isGeneral ? [$0.image.general, $0.label.general] : [$0.image.path, $0.label.path] })
            guard patterns.count == 1, let pattern = patterns.first else { continue }
            let names = pairs.map { pair in [pair.image, pair.label].map { index.images(in: $0.path) } }
            guard let pairing = NamePairing(images: names.flatMap { $0[0] }, labels: names.flatMap { $0[1] }) else { continue }
            return alike(pattern, in: pattern, pairing)
        }
        return nil
    }

    private func alike(_ stated: [String], in folders: [String], _ pairing: NamePairing) -> LayoutFinding {
        finding(
            .folders, ["\(folders[0])/\(pairing.image)"], ["\(folders[1])/\(pairing.label)"],
            "\(stated[0])/ and \(stated[1])/ with names alike: \(pairing.image) with \(pairing.label)")
    }

    /// Whether a folder below is another data set, which its own description says how to read.
    private func isDescribed(_ folder: String) -> Bool {
        !folder.isEmpty && FileSystem.kind(of: DataSetDescription.url(in: index.url(folder))) == .file
    }

    /// `images/train/…`: the folders of the splits lie inside.
    private func withInnerSplit(_ folder: String) -> String {
        let inner = index.folders(in: folder)
        guard index.images(in: folder).isEmpty, !inner.isEmpty, inner.allSatisfy({ Split(word: $0) != nil }) else {
            return folder
        }
        return "\(folder)/\(NamePattern.splitWord)"
    }

    /// Folders beside each other with equal names, of which one holds images and the others labels.
    private func siblings() -> LayoutFinding? {
        for parent in [""] + index.folders(in: "") {
            let folders = index.folders(in: parent).map { FolderIndex.join(parent, $0) }.filter { !index.images(in: $0).isEmpty }
            guard folders.count >= 2 else { continue }
            let stems = folders.map { Set(index.images(in: $0).map { ImageFile.parts(of: $0).stem }) }
            guard stems[0].count >= 2, stems.allSatisfy({ $0 == stems[0] }) else { continue }
            let urls = folders.map { folder in index.images(in: folder).map { index.url(FolderIndex.join(folder, $0)) } }
            let counts = urls.map { LabelGuess.valueCount(of: $0) }
            let images = folders.indices.filter { counts[$0] == nil }
            // The mask of the larger part lies behind.
            let labels = folders.indices.filter { counts[$0] != nil }.sorted {
                LabelGuess.foreground(of: urls[$0]) > LabelGuess.foreground(of: urls[$1])
            }
            guard !images.isEmpty, !labels.isEmpty, labels.count == 1 || labels.allSatisfy({ (counts[$0] ?? 9) <= 2 }) else {
                continue
            }
            let names = labels.map { folders[$0] }
            let order = names.count > 1 ? ", one mask a class, \(names.reversed().joined(separator: " in front of "))" : ""
            return finding(
                .folders, images.map { folders[$0] }, names,
                "folders with equal names: images in \(images.map { folders[$0] }.joined(separator: ", ")), "
                    + "labels (few values) in \(names.joined(separator: ", "))\(order)")
        }
        return nil
    }

    // MARK: Paths

    static func parted(_ path: String) -> (parent: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    /// `train/images` as `<split>/images`; the other splits have the same form.
    static func generalized(_ path: String) -> String {
        var parts = path.split(separator: "/").map(String.init)
        if let index = parts.firstIndex(where: { Split(word: $0) != nil }) { parts[index] = NamePattern.splitWord }
        return parts.joined(separator: "/")
    }
}
