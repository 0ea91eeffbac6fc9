import DurableFiles

/// Why files on disk are no data set.
public enum DataSetError: Error, Equatable, Sendable {
    case noImages(folder: String)
    case imagesWithoutLabel(images: String, labels: String, names: [String])
    case labelsWithoutImage(images: String, labels: String, names: [String])
    case channelsMissing(first: String, other: String, names: [String])
    case equalStems(folder: String, names: [String])
    case missingOnDisk(splitFile: String, folder: String, names: [String])
    case missingInSplitFile(splitFile: String, folder: String, names: [String])
    case emptySplit(origin: String, split: Split)
    case groupInTwoSplits(origin: String, group: String, first: Split, second: Split)
    case tooFewGroups(origin: String, groups: Int, needed: Int)
    case fractions(validation: Double, test: Double)
    case folds(number: Int, count: Int)
    case testFold(number: Int, validation: Int, count: Int)
    case noPaperSplit(origin: String, named: String?)
    case sharedFile(origin: String, file: String, first: String, second: String)
    case equalNames(origin: String, name: String, first: String, second: String)
    case renamed(origin: String, known: [String])
}

extension DataSetError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noImages(let folder):
            return "\(folder): no image files in this folder; name the folder that holds them"
        case .imagesWithoutLabel(let images, let labels, let names):
            return "\(images): \(Self.counted(names, "image")) without a label of the same name in \(labels): "
                + "\(Self.listed(names)); add the labels or remove the images"
        case .labelsWithoutImage(let images, let labels, let names):
            return "\(labels): \(Self.counted(names, "label")) without an image of the same name in \(images): "
                + "\(Self.listed(names)); add the images or remove the labels"
        case .channelsMissing(let first, let other, let names):
            return "\(other): \(Self.counted(names, "case")) not in both this and \(first): \(Self.listed(names)); "
                + "every case has a file for each channel"
        case .equalStems(let folder, let names):
            return "\(folder): more than one file for \(Self.counted(names, "name")): \(Self.listed(names)); keep one file each"
        case .missingOnDisk(let splitFile, let folder, let names):
            return "\(splitFile): \(Self.counted(names, "case")) not found in \(folder): \(Self.listed(names)); "
                + "add the files or remove the rows"
        case .missingInSplitFile(let splitFile, let folder, let names):
            return "\(splitFile): \(Self.counted(names, "file")) of \(folder) in no row: \(Self.listed(names)); "
                + "add rows, with an empty split for files to leave out"
        case .emptySplit(let origin, let split):
            return "\(origin): no case in the split '\(split.rawValue)'; put cases into it"
        case .renamed(let origin, let known):
            return
                "\(origin): none of the run's \(Self.counted(known, "case")) is here by its name (\(Self.listed(known))): were they "
                + "renamed, nobody could tell which of them trained the model; give them their names back, or name the folder by "
                + "--data if these are other images"
        case .groupInTwoSplits(let origin, let group, let first, let second):
            return "\(origin): group '\(group)' stands in '\(first.rawValue)' and in '\(second.rawValue)'; "
                + "keep all cases of a patient or video in one split"
        case .tooFewGroups(let origin, let groups, let needed):
            return "\(origin): \(groups) group\(groups == 1 ? "" : "s") cannot be split, expected at least \(needed); "
                + "add cases or ask for fewer splits"
        case .fractions(let validation, let test):
            return "split fractions: validation \(validation) and test \(test); expected numbers from 0 with a sum below 1"
        case .folds(let number, let count):
            return "fold \(number) of \(count); expected 2 folds or more, counted from 0"
        case .testFold(let number, let validation, let count):
            return
                "fold \(number) of \(count) tests and fold \(validation) validates; expected 3 folds or more, counted from 0, "
                + "and two of them"
        case .noPaperSplit(let origin, let named):
            let problem =
                named.map { "the paper's split names \($0), of which there are none here" }
                ?? "the paper names no split for this data set"
            return "\(origin): \(problem); take another rule than 'paper'"
        case .sharedFile(let origin, let file, let first, let second):
            return
                "\(origin): \(file) belongs to two cases, '\(first)' and '\(second)': a case stands once, in one split; keep one "
                + "of them, or if they are channels of one case, name their files together (columns image_1, image_2, … of a CSV "
                + "list; \"image\": [\"…\", \"…\"] in dataset.json; a list in data.images)"
        case .equalNames(let origin, let name, let first, let second):
            return "\(origin): two cases are called '\(name)': \(first) and \(second); rename one of them"
        }
    }

    private static func counted(_ names: [String], _ noun: String) -> String {
        "\(names.count) \(noun)\(names.count == 1 ? "" : "s")"
    }

    /// The first five names.
    private static func listed(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
    }

    /// - Parameter isLeftOut: whether a name may be missing on either side.
    /// - Throws: `imagesWithoutLabel` or `labelsWithoutImage` unless both have the same names.
    static func requirePairs(
        _ images: Set<String>, at place: String, _ labels: Set<String>, at labelPlace: String,
        isLeftOut: (String) -> Bool = { _ in false }
    ) throws {
        let bare = images.subtracting(labels).filter { !isLeftOut($0) }
        let orphans = labels.subtracting(images).filter { !isLeftOut($0) }
        if !bare.isEmpty {
            throw imagesWithoutLabel(images: place, labels: labelPlace, names: bare.sortedAsCounted())
        }
        if !orphans.isEmpty {
            throw labelsWithoutImage(images: place, labels: labelPlace, names: orphans.sortedAsCounted())
        }
    }
}
