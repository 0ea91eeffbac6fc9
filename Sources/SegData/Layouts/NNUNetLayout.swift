import DurableFiles
import Foundation
import MedicalImages

/// nnU-Net's raw format, version 2: `dataset.json`, `imagesTr/CASE_0000.nii.gz` (a file a channel), `labelsTr/CASE.nii.gz`.
///
/// `imagesTs` tests where there are `labelsTs`. `splits_final.json` says which cases train and validate, one entry a fold.
struct NNUNetLayout: CaseLayout {
    let root: URL
    let description: DataSetDescription
    let fold: Int

    init(root: URL, fold: Int) throws {
        self.root = root
        self.fold = fold
        description = try DataSetDescription(DataSetDescription.url(in: root))
    }

    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        let url = DataSetDescription.url(in: root)
        guard FileSystem.kind(of: url) == .file else { return nil }
        let description = try DataSetDescription(url)
        guard let channels = description.channelNames else { return nil }
        let splits = FileSystem.kind(of: root.appending(path: "splits_final.json")) == .file
        return LayoutFinding(
            .nnunet,
            reason: "dataset.json with channel_names (\(channels.joined(separator: ", "))) and imagesTr/"
                + (splits ? "; splits_final.json, fold \(settings.fold)" : ""),
            settings: settings, classes: description.classes, ignoring: description.ignored)
    }

    func list() throws -> CaseListing {
        let training = try description.listed.map(explicitCases) ?? cases(images: "imagesTr", labels: "labelsTr")
        if let expected = description.caseCount, expected != training.count {
            throw LayoutError(
                description.url, "numTraining is \(expected), but there are \(training.count) training cases; complete the folder"
            )
        }
        let hasTest = ["imagesTs", "labelsTs"].allSatisfy { FileSystem.kind(of: root.appending(path: $0)) == .folder }
        let test = hasTest ? try cases(images: "imagesTs", labels: "labelsTs") : []
        let splitsURL = root.appending(path: "splits_final.json")
        var places: [String: CaseListing.Place] = [:]
        var notes: [String] = []
        if FileSystem.kind(of: splitsURL) == .file {
            places = try folds(splitsURL, names: Set(training.map(\.id)))
            let left = training.filter { places[$0.id] == nil }.count
            if left > 0 { notes.append("fold \(fold) of splits_final.json leaves out \(left) training cases") }
            for dataCase in training where places[dataCase.id] == nil { places[dataCase.id] = .leftOut }
        }
        return CaseListing(
            origin: places.isEmpty ? description.url.path : splitsURL.path,
            entries: training.map { .init($0, place: places[$0.id] ?? .open) } + test.map { .init($0, place: .split(.test)) },
            notes: notes)
    }

    private func explicitCases(_ listed: [String: (images: [String], label: String?)]) throws -> [DataCase] {
        try listed.map { name, files in
            guard !files.images.isEmpty, let label = files.label else {
                throw LayoutError(description.url, "case '\(name)' of 'dataset' has no images or no label")
            }
            let urls = (files.images + [label]).map { URL(filePath: $0, relativeTo: folder).absoluteURL.standardizedFileURL }
            for url in urls { try FileSystem.requireFile(url) }
            return DataCase(id: name, group: name, images: Array(urls.dropLast()), label: urls[urls.count - 1])
        }
    }

    private var folder: URL { root.appending(path: "", directoryHint: .isDirectory) }

    private func cases(images: String, labels: String) throws -> [DataCase] {
        let imageFolder = root.appending(path: images), labelFolder = root.appending(path: labels)
        var byCase: [String: [Int: URL]] = [:]
        for url in try files(in: imageFolder) {
            let stem = stem(of: url)
            let digits = stem.suffix(4)
            guard stem.count > 5, stem.dropLast(4).hasSuffix("_"), digits.allSatisfy(\.isNumber), let channel = Int(digits) else {
                throw LayoutError(url, "the name does not end in a channel; expected CASE_0000, CASE_0001, …")
            }
            byCase[String(stem.dropLast(5)), default: [:]][channel] = url
        }
        guard !byCase.isEmpty else { throw DataSetError.noImages(folder: imageFolder.path) }
        let count = description.channelNames?.count ?? 1
        for (name, channels) in byCase.sorted(by: { $0.key < $1.key }) where channels.keys.sorted() != Array(0..<count) {
            let found = channels.keys.sorted().map { String(format: "_%04d", $0) }.joined(separator: ", ")
            throw LayoutError(
                imageFolder, "case '\(name)' has channels \(found); expected \(count) as in dataset.json, from _0000")
        }
        let labelsByCase = Dictionary(try files(in: labelFolder).map { (stem(of: $0), $0) }) { first, _ in first }
        let bare = Set(byCase.keys).subtracting(labelsByCase.keys)
        guard bare.isEmpty else {
            throw DataSetError.imagesWithoutLabel(
                images: imageFolder.path, labels: labelFolder.path, names: bare.sorted().sortedAsCounted())
        }
        let orphans = Set(labelsByCase.keys).subtracting(byCase.keys)
        guard orphans.isEmpty else {
            throw DataSetError.labelsWithoutImage(
                images: imageFolder.path, labels: labelFolder.path, names: orphans.sorted().sortedAsCounted())
        }
        return byCase.map { name, channels in
            DataCase(
                id: name, group: name, images: channels.sorted { $0.key < $1.key }.map(\.value),
                label: labelsByCase[name].map(LabelSource.init(file:)))
        }
    }

    private func files(in folder: URL) throws -> [URL] {
        try FileSystem.list(folder).filter {
            description.fileEnding.map($0.lastPathComponent.hasSuffix) ?? ImageFile.isRecognized($0)
        }
    }

    private func stem(of url: URL) -> String {
        description.fileEnding.map { String(url.lastPathComponent.dropLast($0.count)) } ?? ImageFile.stem(of: url)
    }

    private func folds(_ url: URL, names: Set<String>) throws -> [String: CaseListing.Place] {
        struct Fold: Decodable { let train: [String], val: [String] }
        guard let folds = try? JSONDecoder().decode([Fold].self, from: FileSystem.read(url)) else {
            throw LayoutError(url, "expected a list of folds with 'train' and 'val'")
        }
        guard folds.indices.contains(fold) else {
            throw LayoutError(url, "there is no fold \(fold); there are \(folds.count), counted from 0 (data.fold)")
        }
        let chosen = folds[fold]
        let absent = Set(chosen.train + chosen.val).subtracting(names)
        guard absent.isEmpty else {
            throw DataSetError.missingOnDisk(
                splitFile: url.path, folder: root.appending(path: "imagesTr").path, names: absent.sorted().sortedAsCounted())
        }
        if let both = Set(chosen.train).intersection(chosen.val).sorted().first {
            throw DataSetError.groupInTwoSplits(origin: url.path, group: both, first: .train, second: .validation)
        }
        return Dictionary(
            chosen.train.map { ($0, .split(.train)) } + chosen.val.map { ($0, .split(.validation)) }
        ) { first, _ in first }
    }
}
