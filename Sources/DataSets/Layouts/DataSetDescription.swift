import DurableFiles
import Foundation

/// The `dataset.json` of nnU-Net (both versions), of the Medical Segmentation Decathlon, and of MONAI.
struct DataSetDescription {
    /// A case that a list names.
    struct Item: Equatable {
        /// Where in the file, for messages.
        let place: String
        /// One file with all channels, or one a channel.
        let images: [String]
        let label: String?
        /// MONAI's `fold`.
        let fold: Int?
    }

    let url: URL
    /// nnU-Net's `channel_names`; nil in the Decathlon's form.
    let channelNames: [String]?
    /// The Decathlon's `modality`.
    let modalities: [String]?
    /// With its dot.
    let fileEnding: String?
    /// Class 0 first; nil where the file names none.
    let classes: [LayoutFinding.ClassValues]?
    /// Without the background; empty where the classes are all that is named.
    let regions: [LayoutFinding.ClassValues]
    let ignored: [Int]
    /// Cases that train; nil in nnU-Net's form.
    let training: [Item]?
    /// MONAI's list of cases that validate.
    let validation: [Item]
    /// Cases that test, with labels or without.
    let test: [Item]
    /// nnU-Net's explicit list of cases, where it has one.
    let listed: [(name: String, item: Item)]?
    let caseCount: Int?
    /// What was taken in another way than it is written.
    let notes: [String]

    static func url(in root: URL) -> URL { root.appending(path: "dataset.json") }

    /// Nil where the folder has no description.
    init?(ifIn root: URL) throws {
        guard FileSystem.kind(of: Self.url(in: root)) == .file else { return nil }
        try self.init(in: root)
    }

    /// - Throws: `LayoutError` for a file that is no JSON, an entry that cannot be understood, or a description that contradicts
    ///   itself; `FileError`.
    init(in root: URL) throws {
        let url = Self.url(in: root)
        self.url = url
        let object = try JSONNode(file: url)
        guard object.isObject else { throw object.mismatch("an object that describes a data set") }
        training = try object.value("training")?.elements().map { try Self.item($0, needsLabel: true) }
        validation = try object.value(["validation", "val"])?.elements().map { try Self.item($0, needsLabel: true) } ?? []
        test = try object.value(["test", "testing"])?.elements().map { try Self.item($0, needsLabel: false) } ?? []
        listed = try object.value("dataset")?.members().map { name, node in
            let label = try node.value("label")?.text()
            guard let images = try node.value("images")?.texts(), !images.isEmpty, let label else {
                throw LayoutError(url, "case '\(name)' of 'dataset' has no images or no label")
            }
            return (name, Item(place: node.path, images: images, label: label, fold: nil))
        }
        modalities = try object.value("modality").map(Self.names)
        // Without a list of cases, `modality` is the older name of the same.
        channelNames = try object.value("channel_names").map(Self.names) ?? (training == nil ? modalities : nil)
        var notes: [String] = []
        fileEnding = try object.value("file_ending").map {
            let ending = try $0.text()
            guard !ending.hasPrefix("."), !ending.isEmpty else { return ending }
            notes.append("dataset.json: file_ending '\(ending)' has no dot in front; '.\(ending)' is taken")
            return ".\(ending)"
        }
        caseCount = try object.value("numTraining").flatMap { try? $0.wholeNumber() }
        (classes, regions, ignored) = try object.value("labels").map { try Self.classes($0, url: url) } ?? (nil, [], [])
        self.notes = notes
    }

    /// A description that says how many cases there are, against those found.
    func countNote(found: Int) -> String? {
        guard let caseCount, caseCount != found else { return nil }
        return "dataset.json: numTraining is \(caseCount), but there are \(found) training cases"
    }

    /// `{"image": "a.nii.gz", "label": "b.nii.gz", "fold": 0}`; a list of images means channels.
    private static func item(_ node: JSONNode, needsLabel: Bool) throws -> Item {
        if !needsLabel, node.isText { return Item(place: node.path, images: [try node.text()], label: nil, fold: nil) }
        guard node.isObject else { throw node.mismatch(#"{"image": …, "label": …}"#) }
        guard let image = try node.value(["image", "images"]) else {
            throw LayoutError(node.url, "\(node.path) has no 'image'; name a file, or a list with one for each channel")
        }
        let images = image.isList ? try image.texts() : [try image.text()]
        guard !images.isEmpty else { throw LayoutError(node.url, "\(image.path) is an empty list; name a file for each channel") }
        var label = try node.value(["label", "mask", "seg"])
        // A list of one is the same.
        if let list = label, list.isList, try list.elements().count == 1 { label = try list.elements()[0] }
        guard label != nil || !needsLabel else {
            throw LayoutError(node.url, "\(node.path) has no 'label'; name its file, or take the case out of the list")
        }
        return Item(
            place: node.path, images: images, label: try label?.text(), fold: try node.value("fold")?.wholeNumber())
    }

    /// `{"0": "T1", "1": "FLAIR"}`, a list of names, or one name.
    private static func names(_ node: JSONNode) throws -> [String] {
        if node.isText { return [try node.text()] }
        if node.isList { return try node.elements().map { try $0.name() } }
        return try node.members().sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.map { try $0.value.name() }
    }

    /// Three forms: `{"0": "background"}`, `{"background": 0, "whole tumour": [1, 2, 3], "ignore": 4}`, and a list of names.
    ///
    /// Regions that overlap are regions of the classes that `RegionPartition` finds; a label that is no list is one too.
    private static func classes(
        _ labels: JSONNode, url: URL
    ) throws -> (classes: [LayoutFinding.ClassValues]?, regions: [LayoutFinding.ClassValues], ignored: [Int]) {
        if labels.isList {
            let names = try labels.texts()
            return (names.isEmpty ? nil : names.enumerated().map { LayoutFinding.ClassValues($1, [$0]) }, [], [])
        }
        let members = try labels.members()
        guard !members.isEmpty else { return (nil, [], []) }
        if members.allSatisfy({ Int($0.key) != nil }) {
            let named = try members.map { key, node in LayoutFinding.ClassValues(try node.name(), [Int(key) ?? 0]) }
            return (named.sorted { $0.values[0] < $1.values[0] }, [], [])
        }
        var ignored: [Int] = []
        var regions: [LayoutFinding.ClassValues] = []
        for (name, node) in members {
            let values = node.isList ? try node.elements().map { try $0.wholeNumber() } : [try node.wholeNumber()]
            guard !values.isEmpty else {
                throw LayoutError(url, "label '\(name)' has no value; expected a whole number or a list of them")
            }
            if name == "ignore" { ignored = values } else { regions.append(LayoutFinding.ClassValues(name, values.sorted())) }
        }
        // The background first, then those of many values, which may hold others.
        func rank(_ region: LayoutFinding.ClassValues) -> (Int, Int, Int, String) {
            let isBackground = region.values.contains(0)
            let count = region.values.count
            return (isBackground ? 0 : 1, isBackground ? count : -count, region.values[0], region.name)
        }
        regions.sort { rank($0) < rank($1) }
        guard regions.first?.values.contains(0) == true else {
            throw LayoutError(url, "no label has value 0; expected the background")
        }
        for (number, region) in regions.enumerated() {
            if let other = regions[..<number].first(where: { $0.values == region.values }) {
                throw LayoutError(url, "labels '\(other.name)' and '\(region.name)' have the same values")
            }
            if number > 0, regions[0].values.contains(where: region.values.contains) {
                throw LayoutError(url, "region '\(region.name)' holds a value of the background, '\(regions[0].name)'")
            }
        }
        let partition = RegionPartition(regions)
        // Where no region overlaps another, they are the classes.
        return (partition.classes, partition.classes == regions ? [] : Array(regions.dropFirst()), ignored)
    }
}

/// nnU-Net's names of the channels' files: `CASE_0000`, `CASE_0001`, ….
enum ChannelName {
    /// The case and the channel of a file's stem; nil for one that does not end in `_` and four digits.
    static func parts(of stem: String) -> (name: String, channel: Int)? {
        let digits = stem.suffix(4)
        guard stem.count > 5, stem.dropLast(4).hasSuffix("_"), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let channel = Int(digits)
        else { return nil }
        return (String(stem.dropLast(5)), channel)
    }
}
