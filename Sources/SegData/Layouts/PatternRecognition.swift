import DurableFiles
import Foundation
import MedicalImages

/// Finds the patterns of data sets that no file describes: objects, folders, pairs and cases.
struct PatternRecognition {
    let index: FolderIndex
    let settings: LayoutSettings

    init(_ root: URL, settings: LayoutSettings) throws {
        index = try FolderIndex(root)
        self.settings = settings
    }

    private static let imageNames: Set<String> = [
        "images", "image", "imgs", "img", "scans", "scan", "frames", "pictures", "photos", "slices", "volumes", "ct", "mr", "mri",
        "input", "inputs", "imagestr",
    ]
    private static let labelNames: Set<String> = [
        "labels", "label", "masks", "mask", "segmentations", "segmentation", "segs", "seg", "annotations", "annotation", "gt",
        "ground_truth", "groundtruth", "truth", "targets", "target", "labelstr",
    ]
    /// What names of label files have behind those of their images, longest first.
    private static let labelSuffixes = [
        "_segmentation", "-segmentation", "_labels", "-labels", "_label", "-label", "_mask", "-mask", "_seg", "-seg", "_gt",
        "-gt",
        ".mask", ".seg",
    ]
    private static let imageSuffixes = ["", "_image", "-image", "_img", "_volume", "_scan", "_orig"]

    /// A finding in which stated patterns stand before those that were found.
    private func finding(_ layout: LayoutName, _ images: [String], _ labels: [String], _ reason: String) -> LayoutFinding {
        var settings = settings
        if settings.images.isEmpty { settings.images = images }
        if settings.labels.isEmpty { settings.labels = labels }
        return LayoutFinding(layout, reason: reason, settings: settings, classes: Self.classes(of: settings.labels))
    }

    /// Masks of one class each are numbered by their patterns; files with their own values name no classes.
    private static func classes(of labels: [String]) -> [LayoutFinding.ClassValues]? {
        let names = labels.map { label in
            label.split(separator: "/").last { !$0.contains("*") && $0 != NamePattern.splitWord }.map(String.init) ?? label
        }
        if labels.count > 1 {
            return [.init("background", [0])] + names.enumerated().map { .init($1, [$0 + 1]) }
        }
        return (try? NamePattern(labels[0]))?.namesFolders == true ? [.init("background", [0]), .init("object", [1])] : nil
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

    func folders() throws -> LayoutFinding? {
        if let named = namedFolders() { return named }
        return siblings()
    }

    /// Folders that bear the names of images and labels.
    private func namedFolders() -> LayoutFinding? {
        var found: [(images: String, labels: String, count: Int)] = []
        var parents: Set<String> = [""]
        for folder in index.imageFolders {
            // Of `images/train/p1` the parents are looked at as well.
            var path = folder
            while !path.isEmpty {
                parents.insert(Self.parted(path).parent)
                path = Self.parted(path).parent
            }
        }
        for parent in parents.sorted() {
            let children = index.folders(in: parent)
            let images = children.filter { Self.imageNames.contains($0.lowercased()) }
            let labels = children.filter { Self.labelNames.contains($0.lowercased()) }
            guard images.count == 1, labels.count == 1 else { continue }
            let paths = [images[0], labels[0]].map { FolderIndex.join(parent, $0) }
            let counts = paths.map { path in index.imageFolders.filter { $0 == path || $0.hasPrefix(path + "/") }.count }
            guard counts.allSatisfy({ $0 > 0 }) else { continue }
            found.append((paths[0], paths[1], counts[0]))
        }
        let patterns = Set(found.map { [Self.generalized($0.images), Self.generalized($0.labels)] })
        guard patterns.count == 1, let pattern = patterns.first else { return nil }
        let images = withInnerSplit(pattern[0]), labels = withInnerSplit(pattern[1])
        return finding(
            .folders, [images], [labels], "\(pattern[0])/ and \(pattern[1])/ with equal names")
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
            let stems = folders.map { Set(index.images(in: $0).map { ImageFile.stem(of: URL(filePath: "/" + $0)) }) }
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

    // MARK: Side by side

    /// `007.bmp` with `007.png`, or `a.nii.gz` with `a_seg.nii.gz`.
    func pairs() -> LayoutFinding? {
        let folders = index.imageFolders
        guard folders.count == 1 else { return nil }
        let names = index.images(in: folders[0])
        return bySuffix(folders[0], names) ?? byEnding(folders[0], names)
    }

    private func bySuffix(_ folder: String, _ names: [String]) -> LayoutFinding? {
        let parts = names.map { name in
            let stem = ImageFile.stem(of: URL(filePath: "/" + name))
            return (stem: stem, ending: String(name.dropFirst(stem.count)))
        }
        for suffix in Self.labelSuffixes {
            let labels = parts.filter { $0.stem.hasSuffix(suffix) && $0.stem.count > suffix.count }
            guard labels.count * 2 == parts.count, Set(labels.map(\.ending)).count == 1 else { continue }
            let images = parts.filter { !$0.stem.hasSuffix(suffix) }
            for imageSuffix in Self.imageSuffixes {
                let bases = Set(labels.map { String($0.stem.dropLast(suffix.count)) })
                let found = Set(
                    images.filter { $0.stem.hasSuffix(imageSuffix) }.map { String($0.stem.dropLast(imageSuffix.count)) })
                guard found == bases, Set(images.map(\.ending)).count == 1 else { continue }
                // `*.nii.gz` would take the labels as well.
                guard !imageSuffix.isEmpty || images[0].ending != labels[0].ending else {
                    return sharedEnding(folder, suffix: suffix, ending: labels[0].ending)
                }
                return finding(
                    .pairs, [FolderIndex.join(folder, "*\(imageSuffix)\(images[0].ending)")],
                    [FolderIndex.join(folder, "*\(suffix)\(labels[0].ending)")],
                    "images and labels side by side: *\(imageSuffix)\(images[0].ending) with *\(suffix)\(labels[0].ending)")
            }
        }
        return nil
    }

    private func sharedEnding(_ folder: String, suffix: String, ending: String) -> LayoutFinding {
        finding(
            .pairs, [FolderIndex.join(folder, "*\(ending)")], [FolderIndex.join(folder, "*\(suffix)\(ending)")],
            "images and labels side by side: *\(ending) with *\(suffix)\(ending)")
    }

    private func byEnding(_ folder: String, _ names: [String]) -> LayoutFinding? {
        let byEnding = Dictionary(grouping: names) { name in
            String(name.dropFirst(ImageFile.stem(of: URL(filePath: "/" + name)).count))
        }
        guard byEnding.count == 2 else { return nil }
        let endings = byEnding.keys.sorted()
        let stems = endings.map { ending in Set((byEnding[ending] ?? []).map { ImageFile.stem(of: URL(filePath: "/" + $0)) }) }
        guard stems[0] == stems[1], stems[0].count >= 2 else { return nil }
        let counts = endings.map { ending in
            LabelGuess.valueCount(of: (byEnding[ending] ?? []).map { index.url(FolderIndex.join(folder, $0)) }) ?? .max
        }
        guard counts[0] != counts[1] else { return nil }
        let (label, image) = counts[0] < counts[1] ? (endings[0], endings[1]) : (endings[1], endings[0])
        return finding(
            .pairs, [FolderIndex.join(folder, "*\(image)")], [FolderIndex.join(folder, "*\(label)")],
            "images and labels side by side in \(folder.isEmpty ? "the folder" : folder + "/"): *\(image) with *\(label) "
                + "(\(min(counts[0], counts[1])) values)")
    }

    // MARK: A folder a case

    /// `train/PATIENT/{Flair,T1c,Labels}.nii.gz`.
    func cases() -> LayoutFinding? {
        let folders = index.imageFolders
        guard folders.count >= 2 else { return nil }
        let parents = Set(folders.map { Self.generalized(Self.parted($0).parent) })
        guard parents.count == 1, let parent = parents.first else { return nil }
        let common = folders.dropFirst().reduce(Set(index.images(in: folders[0]))) { $0.intersection(index.images(in: $1)) }
        let names = common.sorted().sortedAsCounted()
        guard names.count >= 2, folders.allSatisfy({ index.images(in: $0).count == names.count }) else { return nil }
        let urls = names.map { name in folders.map { index.url(FolderIndex.join($0, name)) } }
        let counts = urls.map { LabelGuess.valueCount(of: Array($0.prefix(2))) }
        let images = names.indices.filter { counts[$0] == nil && !LabelGuess.hasFewValues(urls[$0][0]) }
        // Of several, such as a brain mask beside the classes, the one that tells most apart.
        guard !images.isEmpty,
            let label = names.indices.filter({ counts[$0] != nil }).max(by: { counts[$0] ?? 0 < counts[$1] ?? 0 })
        else { return nil }
        let others = names.indices.filter { !images.contains($0) && $0 != label }.map { names[$0] }
        let front = FolderIndex.join(parent, "*")
        return finding(
            .cases, images.map { "\(front)/\(names[$0])" }, ["\(front)/\(names[label])"],
            "\(folders.count) folders with the same files: images \(images.map { names[$0] }.joined(separator: ", ")), "
                + "labels \(names[label]) (\(counts[label] ?? 0) values)"
                + (others.isEmpty ? "" : "; \(others.joined(separator: ", ")) left out for having fewer values"))
    }

    // MARK: Paths

    private static func parted(_ path: String) -> (parent: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    /// `train/images` as `<split>/images`; the other splits have the same form.
    private static func generalized(_ path: String) -> String {
        var parts = path.split(separator: "/").map(String.init)
        if let index = parts.firstIndex(where: { Split(word: $0) != nil }) { parts[index] = NamePattern.splitWord }
        return parts.joined(separator: "/")
    }
}
