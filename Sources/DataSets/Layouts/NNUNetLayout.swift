import DurableFiles
import Foundation
import MedicalImages

/// nnU-Net's raw format, version 2: `dataset.json`, `imagesTr/CASE_0000.nii.gz` (a file a channel), `labelsTr/CASE.nii.gz`.
///
/// A picture in colour is one file `CASE_0000.png` with all its channels; where there is one file a case, its name may lack the
/// channel. `imagesTs` tests where there are `labelsTs`. `splits_final.json` says which cases train and validate, one entry a fold.
struct NNUNetLayout: CaseLayout {
    let root: URL
    let description: DataSetDescription
    let fold: Int

    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        guard let description = try DataSetDescription(ifIn: root), let channels = description.channelNames else { return nil }
        let splits = FileSystem.kind(of: root.appending(path: "splits_final.json")) == .file
        return LayoutFinding(
            .nnunet,
            reason: "dataset.json with channel_names (\(channels.joined(separator: ", "))) and imagesTr/"
                + (splits ? "; splits_final.json, fold \(settings.fold)" : ""),
            settings: settings, classes: description.classes, regions: description.regions, ignoring: description.ignored,
            channelNames: channels)
    }

    func list() throws -> CaseListing {
        var notes = description.notes
        let training =
            try description.listed.map(explicitCases) ?? cases(images: "imagesTr", labels: "labelsTr", notes: &notes)
        if let note = description.countNote(found: training.count) { notes.append(note) }
        let hasTest = ["imagesTs", "labelsTs"].allSatisfy { FileSystem.kind(of: root.appending(path: $0)) == .folder }
        let test = hasTest ? try cases(images: "imagesTs", labels: "labelsTs", notes: &notes) : []
        let splitsURL = root.appending(path: "splits_final.json")
        var places: [String: CaseListing.Place] = [:]
        if FileSystem.kind(of: splitsURL) == .file {
            places = try folds(splitsURL, names: Set(training.map(\.id)))
            let left = training.filter { places[$0.id] == nil }.count
            if left > 0 { notes.append("fold \(fold) of splits_final.json leaves out \(left) training cases") }
            for dataCase in training where places[dataCase.id] == nil { places[dataCase.id] = .leftOut }
        }
        return CaseListing(
            origin: places.isEmpty ? description.url.path : splitsURL.path,
            entries: training.map { .init(dataCase: $0, place: places[$0.id] ?? .open) }
                + test.map { .init(dataCase: $0, place: .split(.test)) },
            notes: notes)
    }

    private func explicitCases(_ listed: [(name: String, item: DataSetDescription.Item)]) throws -> [DataCase] {
        try listed.map { name, item in
            let urls = (item.images + [item.label].compactMap(\.self)).map { URL(listed: $0, in: root) }
            for url in urls { try FileSystem.requireFile(url) }
            return DataCase(id: name, group: name, image: ImageLocation(Array(urls.dropLast())), label: urls[urls.count - 1])
        }
    }

    private func cases(images: String, labels: String, notes: inout [String]) throws -> [DataCase] {
        let imageFolder = root.appending(path: images), labelFolder = root.appending(path: labels)
        let labelsByCase = Dictionary(try files(in: labelFolder, notes: &notes).map { (stem(of: $0), $0) }) { first, _ in first }
        var byCase: [String: [Int: URL]] = [:]
        var unnumbered: [String: URL] = [:]
        for url in try files(in: imageFolder, notes: &notes) {
            let stem = stem(of: url)
            // `scan_2020` of a label `scan_2020` is no channel 2020.
            if labelsByCase[stem] != nil {
                unnumbered[stem] = url
            } else if let (name, channel) = ChannelName.parts(of: stem) {
                byCase[name, default: [:]][channel] = url
            } else {
                throw LayoutError(url, "the name does not end in a channel; expected CASE_0000, CASE_0001, …")
            }
        }
        guard !byCase.isEmpty || !unnumbered.isEmpty else { throw DataSetError.noImages(folder: imageFolder.path) }
        for (name, url) in unnumbered.sorted(by: { $0.key < $1.key }) {
            if let numbered = byCase[name]?.sorted(by: { $0.key < $1.key }).first?.value {
                throw LayoutError(
                    imageFolder,
                    "case '\(name)' has both \(url.lastPathComponent) and \(numbered.lastPathComponent); keep the files of its channels"
                )
            }
            byCase[name] = [0: url]
        }
        for (name, channels) in byCase.sorted(by: { $0.key < $1.key }) { try check(channels, of: name, in: imageFolder) }
        try DataSetError.requirePairs(
            Set(byCase.keys), at: imageFolder.path, Set(labelsByCase.keys), at: labelFolder.path)
        return byCase.map { name, channels in
            DataCase(
                id: name, group: name, image: ImageLocation(channels.sorted { $0.key < $1.key }.map(\.value)),
                label: labelsByCase[name].map(LabelSource.init(file:)))
        }
    }

    /// A file for each channel name, or one file that holds all channels, as pictures in colour are.
    private func check(_ channels: [Int: URL], of name: String, in folder: URL) throws {
        let count = description.channelNames?.count ?? 1
        let numbers = channels.keys.sorted()
        guard numbers != Array(0..<count) else { return }
        let found = numbers.map { String(format: "_%04d", $0) }.joined(separator: ", ")
        var problem = "case '\(name)' has channels \(found); expected \(count) as in dataset.json, from _0000"
        if numbers == [0], let url = channels[0] {
            let held = try ImageFile.readInfo(url).extent.channels
            if held == count { return }
            problem += ", or one file that holds all (this one holds \(held))"
        }
        throw LayoutError(folder, problem)
    }

    /// The files of the described ending. Images of another are left out, and that is noted.
    private func files(in folder: URL, notes: inout [String]) throws -> [URL] {
        let all = try FileSystem.list(folder).filter { ImageFile.isRecognized($0) || hasEnding($0) }
        guard let ending = description.fileEnding else { return all }
        let found = all.filter(hasEnding)
        let others = all.count - found.count
        guard others == 0 || found.isEmpty else {
            notes.append(
                "\(folder.lastPathComponent): \(others) image file\(others == 1 ? "" : "s") without the ending \(ending) of "
                    + "dataset.json left out")
            return found
        }
        guard !found.isEmpty || all.isEmpty else {
            throw LayoutError(
                description.url,
                "file_ending is '\(ending)', but \(folder.lastPathComponent)/ has files such as \(all[0].lastPathComponent)")
        }
        return found
    }

    private func hasEnding(_ url: URL) -> Bool { description.fileEnding.map(url.lastPathComponent.hasSuffix) ?? false }

    private func stem(of url: URL) -> String {
        description.fileEnding.map { String(url.lastPathComponent.dropLast($0.count)) } ?? ImageFile.stem(of: url)
    }

    private func folds(_ url: URL, names: Set<String>) throws -> [String: CaseListing.Place] {
        let folds = try JSONNode(file: url).elements()
        guard folds.indices.contains(fold) else {
            throw LayoutError(url, "there is no fold \(fold); there are \(folds.count), counted from 0 (data.fold)")
        }
        func list(_ key: String) throws -> [String] {
            guard let list = try folds[fold].value(key) else {
                throw LayoutError(url, "fold \(fold) has no '\(key)'; expected a list of folds with 'train' and 'val'")
            }
            return try list.elements().map { try name($0, among: names) }
        }
        let train = try list("train"), validation = try list("val")
        let absent = Set(train + validation).subtracting(names)
        guard absent.isEmpty else {
            throw DataSetError.missingOnDisk(
                splitFile: url.path, folder: root.appending(path: "imagesTr").path, names: absent.sortedAsCounted())
        }
        if let both = Set(train).intersection(validation).sorted().first {
            throw DataSetError.groupInTwoSplits(origin: url.path, group: both, first: .train, second: .validation)
        }
        return Dictionary(
            train.map { ($0, .split(.train)) } + validation.map { ($0, .split(.validation)) }
        ) { first, _ in first }
    }

    /// A case's name; a number 1 is the case `1`, or the only one that is that number with zeros in front.
    private func name(_ node: JSONNode, among names: Set<String>) throws -> String {
        let name = try node.name()
        guard !node.isText, !names.contains(name) else { return name }
        let padded = names.filter { Int($0).map(String.init) == name }
        return padded.count == 1 ? padded.first ?? name : name
    }
}
