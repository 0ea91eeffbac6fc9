import Foundation
import MedicalImages

/// Images and labels side by side.
extension PatternRecognition {
    /// `007.bmp` with `007.png`, or `a.nii.gz` with `a_seg.nii.gz`.
    func pairs() -> LayoutFinding? {
        let folders = index.imageFolders
        if folders.count == 1 {
            let names = index.images(in: folders[0])
            if let found = bySuffix(folders[0], names) ?? byEnding(folders[0], names) { return found }
        }
        return inManyFolders() ?? byHead()
    }

    private func bySuffix(_ folder: String, _ names: [String]) -> LayoutFinding? {
        let parts = names.map(ImageFile.parts)
        for suffix in Self.labelSuffixes {
            let labels = parts.filter { $0.stem.hasSuffix(suffix) && $0.stem.count > suffix.count }
            guard labels.count * 2 == parts.count, Set(labels.map(\.ending)).count == 1 else { continue }
            let images = parts.filter { !$0.stem.hasSuffix(suffix) }
            for imageSuffix in Self.imageSuffixes {
                let bases = Set(labels.map { String($0.stem.dropLast(suffix.count)) })
                let found = Set(
                    images.filter { $0.stem.hasSuffix(imageSuffix) }.map { String($0.stem.dropLast(imageSuffix.count)) })
                guard found == bases, Set(images.map(\.ending)).count == 1 else { continue }
                return finding(
                    .pairs, [FolderIndex.join(folder, "*\(imageSuffix)\(images[0].ending)")],
                    [FolderIndex.join(folder, "*\(suffix)\(labels[0].ending)")],
                    "images and labels side by side: *\(imageSuffix)\(images[0].ending) with *\(suffix)\(labels[0].ending)")
            }
        }
        return nil
    }

    private func byEnding(_ folder: String, _ names: [String]) -> LayoutFinding? {
        let byEnding = Dictionary(grouping: names) { ImageFile.parts(of: $0).ending }
        guard byEnding.count == 2 else { return nil }
        let endings = byEnding.keys.sorted()
        let stems = endings.map { ending in Set((byEnding[ending] ?? []).map { ImageFile.parts(of: $0).stem }) }
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

    // MARK: Names that begin or end with what a file is

    /// A file's path, taken apart.
    private struct File {
        let folder: String
        let stem: String
        let ending: String

        init(_ path: String) {
            let (folder, name) = PatternRecognition.parted(path)
            self.folder = folder
            (stem, ending) = ImageFile.parts(of: name)
        }
    }

    /// `p1/p1_frame01.nii.gz` with `p1/p1_frame01_gt.nii.gz`, or `benign/a (1).png` with `a (1)_mask.png` and `a (1)_mask_1.png`.
    private func inManyFolders() -> LayoutFinding? {
        let files = index.allImages.map(File.init)
        for suffix in Self.labelSuffixes {
            var labels: [(file: File, base: String)] = []
            var images: [File] = []
            var hasParts = false
            for file in files {
                let whole = file.stem[...]
                // `_mask_1`: a number behind the suffix tells several masks of one case apart.
                var short = whole
                while let last = short.last, last.isASCII, last.isNumber { short = short.dropLast() }
                if let last = short.last, short.count < whole.count, "_- .".contains(last) { short = short.dropLast() }
                if whole.hasSuffix(suffix), whole.count > suffix.count {
                    labels.append((file, String(whole.dropLast(suffix.count))))
                } else if suffix.lowercased().hasSuffix("mask"), short.hasSuffix(suffix), short.count > suffix.count {
                    labels.append((file, String(short.dropLast(suffix.count))))
                    hasParts = true
                } else {
                    images.append(file)
                }
            }
            let bases = Set(labels.map { FolderIndex.join($0.file.folder, $0.base) })
            let (covered, others) = images.reduce(into: ([File](), [File]())) { parts, file in
                if bases.contains(FolderIndex.join(file.folder, file.stem)) { parts.0.append(file) } else { parts.1.append(file) }
            }
            let endings = [Set(covered.map(\.ending)), Set(labels.map(\.file.ending))].map { $0.first ?? "" }
            // The same names in every folder are files of a case.
            guard covered.count >= 2, covered.count * 2 > bases.count, Set(covered.map(\.stem)).count > 1,
                Set(covered.map(\.ending)).count == 1, Set(labels.map(\.file.ending)).count == 1,
                let front = front(of: Set(covered.map(\.folder)))
            else { continue }
            let like = others.filter { $0.ending == endings[0] }
            let kind = like.isEmpty ? nil : Self.kind(of: covered, not: like)
            let star = kind.map { "*\($0)*" } ?? "*"
            let image = star + endings[0], label = star + suffix + (hasParts ? NamePattern.partWord : "") + endings[1]
            let left = kind == nil ? others.count - like.count : others.count
            return finding(
                .pairs, [FolderIndex.join(front.path, image)], [FolderIndex.join(front.path, label)],
                "images and labels side by side: \(image) with \(label)\(front.words)"
                    + (left > 0 ? "; \(left) other image files left out" : ""))
        }
        return nil
    }

    /// What the names of some files have behind the name of their folder, and of others not: `_frame` in `p1/p1_frame01`.
    private static func kind(of files: [File], not others: [File]) -> String? {
        func head(_ file: File) -> String? {
            let name = parted(file.folder).name
            guard !name.isEmpty, file.stem.hasPrefix(name) else { return nil }
            return String(file.stem.dropFirst(name.count).prefix { !$0.isNumber })
        }
        guard let kind = files.first.flatMap(head), kind.count > 1, files.allSatisfy({ head($0) == kind }),
            !others.contains(where: { head($0) == kind })
        else { return nil }
        return kind
    }

    /// `volume-0.nii` with `segmentation-0.nii`: of two beginnings of names, one says that the file has labels.
    private func byHead() -> LayoutFinding? {
        let files = index.allImages.map(File.init)
        let byHead = Dictionary(grouping: files) { String($0.stem.prefix { !$0.isNumber }) }
        func isLabel(_ head: String) -> Bool {
            Self.labelNames.contains(head.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "-_ .")))
        }
        guard byHead.count == 2, let label = byHead.first(where: { isLabel($0.key) }),
            let image = byHead.first(where: { !isLabel($0.key) }), Set(label.value.map(\.ending)).count == 1,
            Set(image.value.map(\.ending)).count == 1
        else { return nil }
        // `imaging` and `segmentation` in every folder tell nothing of the case.
        guard files.allSatisfy({ $0.stem.contains(where: \.isNumber) }) else { return nil }
        func rests(_ group: (key: String, value: [File])) -> Set<String> {
            Set(group.value.map { FolderIndex.join($0.folder, String($0.stem.dropFirst(group.key.count))) })
        }
        let both = rests((label.key, label.value)).intersection(rests((image.key, image.value)))
        guard both.count >= 2, both.count * 2 > label.value.count, let front = front(of: Set(label.value.map(\.folder))) else {
            return nil
        }
        let patterns = [image, label].map { "\($0.key)*\($0.value[0].ending)" }
        let path = front.arePatients ? FolderIndex.join(front.path, "*") : front.path
        return finding(
            .pairs, [FolderIndex.join(path, patterns[0])], [FolderIndex.join(path, patterns[1])],
            "images and labels side by side: \(patterns[0]) with \(patterns[1])\(front.words)")
    }

    /// The pattern of some folders as far as they are none of patients, and a word on what they are.
    private func front(of folders: Set<String>) -> (path: String, arePatients: Bool, words: String)? {
        let general = Set(folders.map(Self.generalized))
        guard general.count > 1 else { return general.first.map { ($0, false, "") } }
        let parts = general.map { $0.split(separator: "/").map(String.init) }.sorted { $0.count < $1.count }
        let common = (0...parts[0].count).last { count in parts.allSatisfy { $0.prefix(count) == parts[0].prefix(count) } } ?? 0
        let path = parts[0].prefix(common).joined(separator: "/")
        let rest = parts.map { Array($0.dropFirst(common)) }
        guard rest.allSatisfy({ $0.count == 1 }), rest.allSatisfy({ Self.isNoPatient($0[0]) }) else {
            return (path, true, "; each folder is a patient's")
        }
        return (
            FolderIndex.join(path, NamePattern.folderWord), false,
            "; \(rest.map { $0[0] }.sorted().prefix(3).joined(separator: ", ")) taken for kinds or batches, not for patients"
        )
    }

    /// Names of patients have numbers in them, unless the number is that of a batch.
    private static func isNoPatient(_ folder: String) -> Bool {
        guard folder.contains(where: \.isNumber) else { return true }
        let words = folder.lowercased().split { !$0.isLetter }
        return words.contains { ["batch", "part", "set", "dataset", "chunk"].contains($0) }
    }
}
