import Foundation
import MedicalImages

/// A folder a case.
extension PatternRecognition {
    /// `train/PATIENT/{Flair,T1c,Labels}.nii.gz`, `PATIENT/PATIENT_{flair,t1,seg}.nii.gz`, or `PATIENT/ct.nii.gz` with
    /// `PATIENT/segmentations/{liver,spleen}.nii.gz`.
    func cases() -> LayoutFinding? {
        masksOfClasses() ?? filesOfEqualNames()
    }

    /// The files of case folders by what their names tell beside the case's own: `*_flair.nii.gz`, `ct.nii.gz`.
    private struct Kinds {
        /// Folders below one parent.
        let folders: [String]
        /// The file of each kind in each folder.
        let files: [String: [String: String]]

        init(_ index: FolderIndex, _ folders: [String]) {
            self.folders = folders
            var files: [String: [String: String]] = [:]
            for folder in folders {
                let own = PatternRecognition.parted(folder).name
                for name in index.images(in: folder) {
                    let isNamed = ImageFile.parts(of: name).stem.hasPrefix(own)
                    files[isNamed ? "*" + name.dropFirst(own.count) : name, default: [:]][folder] = name
                }
            }
            self.files = files
        }

        /// Those of more than half of the folders.
        var usual: [String] {
            files.filter { $0.value.count * 2 > folders.count }.keys.sortedAsCounted()
        }

        func urls(_ kind: String, _ index: FolderIndex) -> [URL] {
            folders.compactMap { folder in files[kind]?[folder].map { index.url(FolderIndex.join(folder, $0)) } }
        }
    }

    private func filesOfEqualNames() -> LayoutFinding? {
        let all = index.imageFolders.filter { !$0.isEmpty }
        let byParent = Dictionary(grouping: all) { Self.generalized(Self.parted($0).parent) }
        guard let (parent, folders) = byParent.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }),
            folders.count >= 2
        else { return nil }
        // What lies deeper within a case is more about the same.
        let inner = all.filter { path in !folders.contains(path) }
        guard inner.allSatisfy({ path in folders.contains { path.hasPrefix($0 + "/") } }), index.images(in: "").isEmpty else {
            return nil
        }
        let kinds = Kinds(index, folders)
        let names = kinds.usual
        guard names.count >= 2 else { return nil }
        let urls = names.map { kinds.urls($0, index) }
        let counts = urls.map { LabelGuess.valueCount(of: Array($0.prefix(2))) }
        let images = names.indices.filter { counts[$0] == nil && !LabelGuess.hasFewValues(urls[$0][0]) }
        // Of several, such as a brain mask beside the classes, the one with the most values.
        guard !images.isEmpty,
            let label = names.indices.filter({ counts[$0] != nil }).max(by: { counts[$0] ?? 0 < counts[$1] ?? 0 })
        else { return nil }
        let others = names.indices.filter { !images.contains($0) && $0 != label }.map { names[$0] }
        let extras = kinds.files.keys.filter { !names.contains($0) }.sorted()
        let front = FolderIndex.join(parent, "*")
        return finding(
            .cases, images.map { "\(front)/\(names[$0])" }, ["\(front)/\(names[label])"],
            "\(folders.count) folders with the same files: images \(images.map { names[$0] }.joined(separator: ", ")), "
                + "labels \(names[label]) (\(counts[label] ?? 0) values)"
                + (others.isEmpty ? "" : "; \(others.joined(separator: ", ")) left out for having fewer values")
                + (extras.isEmpty ? "" : "; left out as files of a few cases: \(extras.prefix(3).joined(separator: ", "))"))
    }

    /// Masks whose sizes are compared, so that the smaller lie in front.
    private static let mostSized = 24

    /// `s0001/ct.nii.gz` with `s0001/segmentations/liver.nii.gz`: a mask for each class, named by it.
    private func masksOfClasses() -> LayoutFinding? {
        var found: [[String]: [String]] = [:]
        for folder in index.imageFolders where !folder.isEmpty {
            let masks = index.folders(in: folder).filter {
                Self.labelNames.contains($0.lowercased()) && !index.images(in: FolderIndex.join(folder, $0)).isEmpty
            }
            guard masks.count == 1 else { continue }
            found[[Self.generalized(Self.parted(folder).parent), masks[0]], default: []].append(folder)
        }
        guard found.count == 1, let (key, folders) = found.first, folders.count >= 2 else { return nil }
        let masks = folders.map { FolderIndex.join($0, key[1]) }
        let byName = Dictionary(grouping: masks.flatMap { folder in index.images(in: folder).map { (folder, $0) } }, by: \.1)
        // Names that do not recur are those of objects, not of classes.
        guard byName.values.count(where: { $0.count > 1 }) * 2 > byName.count else { return nil }
        let kinds = Kinds(index, folders)
        let names = kinds.usual
        let images =
            names.count == 1
            ? names
            : names.filter { name in LabelGuess.valueCount(of: Array(kinds.urls(name, index).prefix(1))) == nil }
        guard !images.isEmpty else { return nil }
        var order = byName.keys.sortedAsCounted()
        var isSized = false
        if order.count <= Self.mostSized {
            let shares = byName.mapValues { LabelGuess.foreground(of: [index.url(FolderIndex.join($0[0].0, $0[0].1))]) }
            order.sort { shares[$0] ?? 0 > shares[$1] ?? 0 }
            isSized = true
        }
        let front = FolderIndex.join(key[0], "*")
        var settings = settings
        // Too many to compare: where they overlap, it is unknown which lies in front.
        if !isSized { settings.overlaps = settings.overlaps ?? .ignore }
        return PatternRecognition(index, settings: settings).finding(
            .cases, images.map { "\(front)/\($0)" }, order.map { "\(front)/\(key[1])/\($0)" },
            "\(folders.count) folders with \(images.joined(separator: ", ")) and \(key[1])/, a mask for each of \(order.count) classes"
                + (isSized ? ", the smaller in front of the larger" : ""))
    }
}
