import DurableFiles
import Foundation
import MedicalImages

/// Which files of new images are one case, and what it is called: as in the data set that a model was trained on.
///
/// nnU-Net's `CASE_0000`, `CASE_0001`, … are the channels of CASE; image patterns of a layout, such as `*/Flair.nii.gz` and
/// `*/T1c.nii.gz`, are those of what stands for the star, below the input or with it as the folder of one case. Everywhere else a
/// file is a case. A CSV list groups any files: columns `image`, or `image_1`, `image_2`, …, and `id` if wanted; a text list names
/// files, folders or cases, one a line.
public struct ImageGrouping: Sendable {
    /// What was found at a place.
    public struct Finding: Sendable {
        /// Whole cases without labels, in counted order of their names.
        public var cases: [DataCase] = []
        /// Cases that lack files, and which.
        public var incomplete: [UnreadableCase] = []
        /// Files that are no case: labels and maps that a prediction put beside their images.
        public var labels: [URL] = []
    }

    /// What the labels of an image are called beside it, after the name of its case.
    public static let labelSuffix = "_labels"
    /// What else a prediction calls files beside an image.
    fileprivate static let suffixes = [labelSuffix, "_probabilities", "_entropy"]

    private enum Rule: Sendable {
        case files
        case channelNumbers
        case patterns(images: [NamePattern], labels: [NamePattern])
    }

    private let rule: Rule
    /// Of a whole case.
    private let channels: Int

    /// - Parameters:
    ///   - settings: with the patterns that were found, as a configuration keeps them.
    ///   - channels: that a case has, over all its files.
    /// - Throws: `SettingError` for an invalid pattern.
    public init(_ settings: LayoutSettings, channels: Int) throws {
        self.channels = channels
        switch settings.layout {
        case .nnunet: rule = .channelNumbers
        case .uestc: rule = .patterns(images: [try NamePattern("image")], labels: [try NamePattern("label")])
        case .objects, .folders, .pairs, .cases, nil:
            let images = try settings.images.map(NamePattern.init)
            rule = images.isEmpty ? .files : .patterns(images: images, labels: try settings.labels.map(NamePattern.init))
        // Its lists are nnU-Net's of version 1 too; files that hold all channels by themselves are recognised.
        case .decathlon where channels > 1: rule = .channelNumbers
        case .csv, .decathlon, .endovis, .grids: rule = .files
        }
    }

    /// The cases of a file and its siblings, of a folder, or of a list.
    ///
    /// - Throws: `FileError` for a place that is missing or holds no image; `LayoutError`; for a file whose case lacks others,
    ///   `LayoutError`.
    public func cases(at input: URL) throws -> Finding {
        if let dicom = try ofDICOM(input) { return dicom }
        switch FileSystem.kind(of: input) {
        case .missing: throw FileError(input, "cannot be read", reason: "no such file or folder")
        case .file where Self.isTable(input): return try listed(in: input)
        case .file where Self.isList(input): return try linesOf(input)
        case .file: return try ofFile(input)
        case .folder:
            var finding = try inFolder(input).withoutLabels()
            finding.cases = finding.cases.sortedAsCounted(by: \.id)
            finding.incomplete.sort { $0.id < $1.id }
            return finding
        }
    }

    // MARK: A folder

    private func inFolder(_ folder: URL) throws -> Finding {
        let files = try Self.images(in: folder)
        let finding =
            switch rule {
            case .files: single(files)
            case .channelNumbers: numbered(files)
            case .patterns(let images, let labels): try patterned(folder, files, images, labels)
            }
        guard !finding.cases.isEmpty || !finding.incomplete.isEmpty else {
            let remark = ForeignFormat.remark(on: try FileSystem.list(folder).map(\.lastPathComponent))
            let below = try FolderIndex(folder).imageFolders.first.map {
                "the first below it are in \(folder.appending(path: $0).path)"
            }
            throw FileError(
                folder, "cannot be predicted",
                reason: (["there is no image in this folder"] + [remark ?? below].compactMap(\.self)).joined(separator: "; "))
        }
        return finding
    }

    private static func images(in folder: URL) throws -> [URL] {
        try FileSystem.list(folder).filter { ImageFile.isRecognized($0) && FileSystem.kind(of: $0) == .file }
    }

    private func single(_ files: [URL]) -> Finding {
        Finding(cases: files.map { Self.dataCase(ImageFile.stem(of: $0), [$0]) })
    }

    static func dataCase(_ id: String, _ files: [URL]) -> DataCase {
        DataCase(id: id, group: id, image: ImageLocation(files), label: nil)
    }

    // MARK: CASE_0000

    /// The name before a channel's number, and the number; nil for a name without one.
    private static func parted(_ file: URL) -> (name: String, channel: Int)? { ChannelName.parts(of: ImageFile.stem(of: file)) }

    /// The channels of every case, and files of no channel: a number such as a year's is part of the name.
    private func parts(of files: [URL]) -> (cases: [String: [Int: URL]], others: [URL]) {
        var cases: [String: [Int: URL]] = [:]
        for file in files { if let (name, channel) = Self.parted(file) { cases[name, default: [:]][channel] = file } }
        cases = cases.filter { _, parts in
            let areWhole = channels > 1 && parts.values.allSatisfy { holdsAll([$0]) }
            return parts[0] != nil ? parts.count == 1 || !areWhole : channels > 1 && !areWhole
        }
        return (cases, files.filter { file in Self.parted(file).map { cases[$0.name] == nil } ?? true })
    }

    private func numbered(_ files: [URL]) -> Finding {
        let (cases, others) = parts(of: files)
        var finding = single(others)
        for (name, parts) in cases {
            let images = parts.sorted { $0.key < $1.key }.map(\.value)
            if let problem = problem(of: parts, images) {
                let folder = images[0].deletingLastPathComponent().path
                finding.incomplete.append(UnreadableCase(id: name, problem: "\(folder): case '\(name)' \(problem)"))
            } else {
                finding.cases.append(Self.dataCase(name, images))
            }
        }
        return finding
    }

    /// What is wrong with the files of a case; nil for a whole one.
    private func problem(of parts: [Int: URL], _ images: [URL]) -> String? {
        func listed(_ numbers: [Int]) -> String { numbers.map { String(format: "_%04d", $0) }.joined(separator: ", ") }
        let found = parts.keys.sorted()
        let expected = Array(0..<channels)
        // Files may hold several channels, as RGB pictures do.
        if found == expected || found == Array(0..<found.count) && found.count < channels && holdsAll(images) { return nil }
        let missing = expected.filter { parts[$0] == nil }
        return missing.isEmpty
            ? "has the files \(listed(found)), and the model takes \(Self.counted(channels))"
            : "lacks \(listed(missing)): found \(listed(found)), and the model takes \(Self.counted(channels))"
    }

    private static func counted(_ channels: Int) -> String { "\(channels) channel\(channels == 1 ? "" : "s")" }

    /// Whether files hold all channels together; one that cannot be read is left to whoever reads it.
    private func holdsAll(_ images: [URL]) -> Bool {
        let counts = images.map { try? ImageFile.readInfo($0).extent.channels }
        return counts.contains(nil) && images.count == 1 || counts.compactMap(\.self).reduce(0, +) == channels
    }

    // MARK: Patterns

    private func patterned(_ folder: URL, _ files: [URL], _ images: [NamePattern], _ labels: [NamePattern]) throws -> Finding {
        if images.count == 1, images[0].isInName, !files.isEmpty { return named(files, by: images[0], labels) }
        let index = try FolderIndex(folder)
        let paths = index.allImages.map { (path: $0, url: index.url($0)) }
        // The folder of one case is no part of the paths within it.
        let above = paths.map { (path: "\(folder.lastPathComponent)/\($0.path)", url: $0.url) }
        if let finding = matched(paths, images) ?? matched(above, images) { return finding }
        guard images.count > 1 else { return single(files) }
        return try wholeFiles(files, images, in: folder)
    }

    /// The cases that the patterns give, with as many of their first folders as lie below the input.
    private func matched(_ paths: [(path: String, url: URL)], _ images: [NamePattern]) -> Finding? {
        for count in 0...(images.map(\.foldersBeforeStar).max() ?? 0) {
            let patterns = images.compactMap { $0.dropping(count) }
            guard patterns.count == images.count, Set(patterns).count == images.count, patterns != [.anything] else { continue }
            let byPattern = patterns.map { pattern in
                Dictionary(grouping: paths) { pattern.id(of: $0.path) ?? "" }.filter { $0.key != "" }.mapValues { $0.map(\.url) }
            }
            let ids = Set(byPattern.flatMap(\.keys))
            guard !ids.isEmpty else { continue }
            var finding = Finding()
            for id in ids {
                let found = byPattern.map { $0[id] ?? [] }
                if let problem = zip(patterns, found).lazy.compactMap(Self.problem).first {
                    let place = found.joined().first?.deletingLastPathComponent().path ?? ""
                    finding.incomplete.append(UnreadableCase(id: id, problem: "\(place): case '\(id)' \(problem)"))
                } else {
                    finding.cases.append(Self.dataCase(id, found.map { $0[0] }))
                }
            }
            return finding
        }
        return nil
    }

    private static func problem(_ pattern: NamePattern, _ files: [URL]) -> String? {
        switch files.count {
        case 0: "lacks \(pattern.text); expected a file for each of the model's patterns"
        case 1: nil
        default: "has \(files.count) files for \(pattern.text), expected one"
        }
    }

    /// Files in one folder; one that fits a pattern of labels is no case where its image is there too.
    private func named(_ files: [URL], by image: NamePattern, _ labels: [NamePattern]) -> Finding {
        let image = image.dropping(image.foldersBeforeStar) ?? .anything
        let labels = labels.compactMap { $0.dropping($0.foldersBeforeStar) }.filter { $0 != .anything }
        func id(_ file: URL) -> String { image.id(of: file.lastPathComponent) ?? ImageFile.stem(of: file) }
        func owner(ofLabel file: URL) -> String? {
            let name = file.lastPathComponent
            let isImage = image != .anything && image.id(of: name) != nil
            return labels.filter { !isImage || $0.length > image.length }.lazy.compactMap { $0.id(of: name) }.first
        }
        let owners = Dictionary(uniqueKeysWithValues: files.map { ($0, owner(ofLabel: $0)) })
        let ids = Set(files.filter { owners[$0] == .some(nil) }.map(id))
        return Finding(
            cases: files.filter { file in owners[file]?.map { !ids.contains($0) } ?? true }.map { Self.dataCase(id($0), [$0]) })
    }

    /// Files that hold all channels each.
    private func wholeFiles(_ files: [URL], _ images: [NamePattern], in folder: URL) throws -> Finding {
        let whole = files.filter { holdsAll([$0]) }
        guard whole.count == files.count, !files.isEmpty else {
            throw FileError(
                folder, "cannot be predicted",
                reason: "no files like \(Self.listed(images)) in it, as the model was trained on; "
                    + "arrange them so, or name the files of each case in a CSV list (image_1, image_2, …)")
        }
        return single(files)
    }

    private static func listed(_ patterns: [NamePattern]) -> String { patterns.map(\.text).joined(separator: ", ") }

    // MARK: A file

    private func ofFile(_ file: URL) throws -> Finding {
        switch rule {
        case .files: return single([file])
        case .channelNumbers:
            guard let name = Self.parted(file)?.name else { return single([file]) }
            let siblings = try Self.images(in: file.deletingLastPathComponent()).filter { Self.parted($0)?.name == name }
            guard let parts = parts(of: siblings).cases[name] else { return single([file]) }
            let images = parts.sorted { $0.key < $1.key }.map(\.value)
            if let problem = problem(of: parts, images) { throw LayoutError(file, "its case '\(name)' \(problem)") }
            return Finding(cases: [Self.dataCase(name, images)])
        case .patterns(let images, _):
            let local = Self.local(images)
            for pattern in local {
                let depth = pattern.namesFolders ? pattern.depth + 1 : pattern.depth
                var root = file
                for _ in 0..<depth { root.deleteLastPathComponent() }
                let path = file.pathComponents.suffix(depth).joined(separator: "/")
                guard let id = pattern.id(of: path) else { continue }
                let found = local.map { other in other == pattern ? [file] : other.files(of: id, in: root) }
                if let problem = zip(local, found).lazy.compactMap(Self.problem).first {
                    throw LayoutError(file, "its case '\(id)' \(problem)")
                }
                return Finding(cases: [Self.dataCase(id, found.map { $0[0] })])
            }
            guard images.count == 1 || holdsAll([file]) else {
                throw LayoutError(
                    file,
                    "it is none of \(Self.listed(images)), which are the files of a case as the model was trained; "
                        + "name it so, or name the files of each case in a CSV list (image_1, image_2, …)")
            }
            return single([file])
        }
    }

    /// The patterns, from the last folder on in which they differ.
    private static func local(_ images: [NamePattern]) -> [NamePattern] {
        for count in (0...(images.map(\.foldersBeforeStar).max() ?? 0)).reversed() {
            let patterns = images.compactMap { $0.dropping(count) }
            if patterns.count == images.count, Set(patterns).count == images.count { return patterns }
        }
        return images
    }
}

extension ImageGrouping.Finding {
    /// The same, where a file named as the labels of another case are those.
    fileprivate func withoutLabels() -> Self {
        let ids = Set(cases.map(\.id))
        func isLabels(_ dataCase: DataCase) -> Bool {
            ImageGrouping.suffixes.contains { suffix in
                dataCase.id.hasSuffix(suffix) && ids.contains(String(dataCase.id.dropLast(suffix.count)))
            }
        }
        var finding = self
        finding.cases = cases.filter { !isLabels($0) }
        finding.labels = cases.filter(isLabels).flatMap(\.image.files)
        return finding
    }
}
