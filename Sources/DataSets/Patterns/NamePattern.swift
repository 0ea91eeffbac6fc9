import Foundation
import MedicalImages

/// A path within a data set in which `*` stands for the name of the case, folders included.
///
/// `images` is short for `images/*`. A pattern that ends in `*` takes any image file, and the ending is no part of the name.
/// `*/masks` means all the files of each case's folder `masks`.
///
/// A second star is for names that repeat the folder's, or have a kind within: `*/*_flair.nii.gz` is `p1/p1_flair.nii.gz` of the
/// case `p1`, and `*_frame*.nii.gz` leaves out what has no `_frame`. Words in angle brackets:
/// - `<split>` is `train`, `validation`, `test` or another spelling: a folder, or a part of a folder's name.
/// - `<folder>` is a folder that is no patient's: each of its files is a case and a group of its own.
/// - `<part>` is nothing, or a number that tells several masks of one case apart, such as `_1`.
struct NamePattern: Sendable, Hashable {
    private enum Piece: Sendable, Hashable {
        case literal(String)
        case split
        case folder
    }

    let text: String
    /// Before the first star.
    private let front: [Piece]
    /// Between two stars; nil where there is one.
    private let middle: String?
    /// Behind the last star, before `<part>` and behind it; without `<part>` the second is nil.
    private let suffix: String
    private let ending: String?

    static let splitWord = "<split>"
    static let folderWord = "<folder>"
    static let partWord = "<part>"

    /// - Throws: `SettingError` for more than two stars, or words at other places.
    init(_ text: String) throws {
        self.text = text
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        let parts = trimmed.components(separatedBy: "*")
        let back = (parts.count > 1 ? parts[parts.count - 1] : "").components(separatedBy: Self.partWord)
        let frontText = parts.count > 1 ? parts[0] : trimmed == "." ? "" : trimmed + "/"
        let front = Self.pieces(frontText)
        let others = parts.dropFirst().dropLast() + back
        try SettingError.require(
            parts.count <= 3 && back.count <= 2 && !trimmed.isEmpty && front.count { $0 == .split } <= 1
                && front.count { $0 == .folder } <= 1 && !others.contains { $0.contains("<") }
                && !frontText.contains(Self.partWord)
                && (parts.count < 3 || !parts[1].isEmpty),
            "file pattern", found: "'\(text)'",
            expected: "a folder, or a path with one * or two, with <split> or <folder> before and <part> behind if at all")
        self.front = front
        middle = parts.count == 3 ? parts[1] : nil
        suffix = back[0]
        ending = back.count == 2 ? back[1] : nil
    }

    private static func pieces(_ text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while !rest.isEmpty {
            if rest.hasPrefix(splitWord) {
                pieces.append(.split)
                rest = rest.dropFirst(splitWord.count)
            } else if rest.hasPrefix(folderWord) {
                pieces.append(.folder)
                rest = rest.dropFirst(folderWord.count)
            } else {
                let words = [splitWord, folderWord].compactMap { rest.range(of: $0)?.lowerBound }
                let end = words.min() ?? rest.endIndex
                pieces.append(.literal(String(rest[..<end])))
                rest = rest[end...]
            }
        }
        return pieces
    }

    /// How much of a path the pattern fixes.
    var length: Int {
        let fixed = front.reduce(0) { sum, piece in if case .literal(let text) = piece { sum + text.count } else { sum } }
        return fixed + (middle?.count ?? 0) + suffix.count + (ending?.count ?? 0)
    }

    /// Whether the pattern names folders and means all files in them.
    var namesFolders: Bool { !suffix.isEmpty && ending == nil && !ImageFile.isRecognized(URL(filePath: "/x" + suffix)) }

    /// Whether a case may have several files, which are masks of the same class.
    var takesSeveral: Bool { namesFolders || ending != nil }

    /// Whether each case has a folder, in which the file's name says nothing about the case.
    var isInCaseFolder: Bool { suffix.contains("/") }

    /// What a pattern reads out of a path.
    struct Match: Hashable {
        /// With the folder of the split, since two splits may use the same names.
        var id: String
        /// The folder that the case lies in, or is; for a file in no folder of its own, the case.
        var group: String
        /// What the folder `<split>` names.
        var split: Split?
    }

    /// The files of each case.
    func files(in index: FolderIndex) -> [Match: [URL]] {
        var found: [Match: [URL]] = [:]
        if namesFolders {
            for folder in index.imageFolders {
                guard let match = match(folder) else { continue }
                found[match, default: []] += index.images(in: folder).map { index.url(FolderIndex.join(folder, $0)) }
            }
            // A folder that is a series is the image itself.
            for path in index.allImages { if let match = match(path) { found[match, default: []].append(index.url(path)) } }
        } else {
            for path in index.allImages {
                guard let match = match(path) else { continue }
                found[match, default: []].append(index.url(path))
            }
        }
        return found
    }

    /// What the path says; nil where it is none of the pattern's.
    func match(_ path: String) -> Match? {
        var rest = Substring(path)
        var word: Substring?
        var folder: Substring?
        for (number, piece) in front.enumerated() {
            switch piece {
            case .literal(let text):
                guard rest.hasPrefix(text) else { return nil }
                rest = rest.dropFirst(text.count)
            case .split:
                // A word ends where the next fixed text begins.
                guard number + 1 < front.count, case .literal(let next) = front[number + 1], let end = rest.range(of: next)
                else { return nil }
                word = rest[..<end.lowerBound]
                guard let word, Split(word: String(word)) != nil else { return nil }
                rest = rest[end.lowerBound...]
            case .folder:
                let first = rest.prefix { $0 != "/" }
                guard !first.isEmpty, first.endIndex < rest.endIndex else { return nil }
                folder = first
                rest = rest.dropFirst(first.count)
            }
        }
        if let ending {
            guard rest.hasSuffix(ending) else { return nil }
            rest = rest.dropLast(ending.count)
            guard let range = rest.range(of: suffix, options: .backwards), Self.isPart(rest[range.upperBound...]) else {
                return nil
            }
            rest = rest[..<range.upperBound]
        }
        guard rest.hasSuffix(suffix), rest.utf8.count > suffix.utf8.count else { return nil }
        var name = String(rest.dropLast(suffix.count))
        if suffix.isEmpty {
            let file = name.split(separator: "/").last.map(String.init) ?? ""
            name = String(name.dropLast(file.count)) + ImageFile.parts(of: file).stem
        }
        var isFolder = isInCaseFolder
        if let middle {
            guard let range = name.range(of: middle, options: .backwards), range.lowerBound > name.startIndex,
                range.upperBound < name.endIndex
            else { return nil }
            if middle.contains("/") {
                let outer = name[..<range.lowerBound], inner = name[range.upperBound...]
                isFolder = outer.split(separator: "/").last == inner
                name = isFolder ? String(outer) : "\(outer)/\(inner)"
            }
        }
        let own = folder.map { "\($0)/\(name)" } ?? name
        let id = word.map { "\($0)/\(own)" } ?? own
        let above = name.split(separator: "/").dropLast().joined(separator: "/")
        let patient = isFolder ? own : above.isEmpty ? id : folder.map { "\($0)/\(above)" } ?? above
        return Match(id: id, group: Self.patient(patient), split: word.flatMap { Split(word: String($0)) })
    }

    /// Whether this is nothing, or digits that may follow a separator.
    private static func isPart(_ text: Substring) -> Bool {
        guard let first = text.first else { return true }
        let digits = "_- .".contains(first) ? text.dropFirst() : text
        return !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// BraTS names its cases by patient and time, `BraTS-GLI-00005-001`: without the time it is the patient.
    private static func patient(_ name: String) -> String {
        guard let match = name.wholeMatch(of: /((?:.*\/)?BraTS-[A-Za-z]+-\d+)-\d{3}/) else { return name }
        return String(match.1)
    }
}
