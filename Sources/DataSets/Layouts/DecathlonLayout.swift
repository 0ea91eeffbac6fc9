import DurableFiles
import Foundation
import MedicalImages

/// A list of cases in `dataset.json`: a task of the Medical Segmentation Decathlon, whose images have their channels as the
/// fourth dimension, a data set of nnU-Net's version 1, or a list of MONAI's.
///
/// An image that is a list of files has a channel in each. For `X.nii.gz` that does not exist, `X_0000.nii.gz`, `X_0001.nii.gz`, …
/// are its channels, as in version 1 of nnU-Net. Rows that share a label file and name such channels are one case.
struct DecathlonLayout: CaseLayout {
    let root: URL
    let description: DataSetDescription
    /// Which of MONAI's `fold`s validates.
    let fold: Int

    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        guard let description = try DataSetDescription(ifIn: root), description.channelNames == nil,
            let training = description.training
        else { return nil }
        var reason = "dataset.json with a training list of \(training.count) pairs"
        if !description.validation.isEmpty {
            reason += " and one of \(description.validation.count) for validation"
        } else if training.contains(where: { $0.fold != nil }) {
            reason += ", fold \(settings.fold) validates"
        }
        return LayoutFinding(
            .decathlon, reason: reason, settings: settings, classes: description.classes, ignoring: description.ignored,
            channelNames: description.modalities)
    }

    /// A case with the item of the list that names it.
    private struct Named {
        var images: [URL]
        let label: URL
        let item: DataSetDescription.Item
    }

    func list() throws -> CaseListing {
        let training = description.training ?? []
        guard !training.isEmpty else { throw LayoutError(description.url, "its training list is empty") }
        var notes = description.notes
        if let note = description.countNote(found: training.count) { notes.append(note) }
        let files = FileResolver(root: root)
        var absent: [String] = []
        let named = [
            joined(named(training, files, &absent), notes: &notes),
            joined(named(description.validation, files, &absent), notes: &notes),
            joined(named(try labelledTest(files), files, &absent), notes: &notes),
        ]
        guard absent.isEmpty else {
            throw DataSetError.missingOnDisk(
                splitFile: description.url.path, folder: root.path, names: absent.sortedAsCounted())
        }
        let unlabelled = description.test.count - named[2].count
        if !named[2].isEmpty, unlabelled > 0 {
            notes.append("dataset.json: \(unlabelled) of \(description.test.count) test cases have no labels and are left out")
        }
        let place = try trainingPlaces()
        let ids = Self.ids(named.flatMap(\.self), root: root)
        let places =
            named[0].map { place($0.item) } + named[1].map { _ in .split(.validation) } + named[2].map { _ in .split(.test) }
        return CaseListing(
            origin: description.url.path,
            entries: zip(named.flatMap(\.self), zip(ids, places)).map { item, rest in
                .init(
                    dataCase: DataCase(id: rest.0, group: rest.0, image: ImageLocation(item.images), label: item.label),
                    place: rest.1)
            }, notes: notes)
    }

    /// Where the list puts its training cases: the validation list comes before folds.
    private func trainingPlaces() throws -> (DataSetDescription.Item) -> CaseListing.Place {
        guard description.validation.isEmpty else { return { _ in .split(.train) } }
        let folds = Set((description.training ?? []).compactMap(\.fold)).sorted()
        guard !folds.isEmpty else { return { _ in .open } }
        guard folds.contains(fold) else {
            throw LayoutError(
                description.url,
                "there is no fold \(fold); its training cases have the folds \(folds.map(String.init).joined(separator: ", ")) "
                    + "(data.fold)")
        }
        return { .split($0.fold == fold ? .validation : .train) }
    }

    /// The test cases that have labels: named in the list, or of the same name in `labelsTs`.
    private func labelledTest(_ files: FileResolver) throws -> [DataSetDescription.Item] {
        description.test.compactMap { item in
            if item.label != nil { return item }
            let name = item.images[0].split(separator: "/").last.map(String.init) ?? ""
            let stem = ImageFile.parts(of: name).stem
            let names = [name, (ChannelName.parts(of: stem)?.name).map { $0 + name.dropFirst(stem.count) }].compactMap(\.self)
            return names.map { "labelsTs/\($0)" }.first { files.url($0) != nil }.map {
                DataSetDescription.Item(place: item.place, images: item.images, label: $0, fold: nil)
            }
        }
    }

    private func named(_ items: [DataSetDescription.Item], _ files: FileResolver, _ absent: inout [String]) -> [Named] {
        items.compactMap { item in
            let images = item.images.map { files.images($0, channels: description.modalities?.count) }
            guard let label = item.label.flatMap(files.url), images.allSatisfy({ !$0.isEmpty }) else {
                absent.append(ImageFile.stem(of: files.path(item.images[0])))
                return nil
            }
            return Named(images: images.flatMap(\.self), label: label, item: item)
        }
    }

    /// Rows for the channels `X_0000`, `X_0001`, … of one label are one case; what else shares a label stays apart, and is refused
    /// when the cases become a data set.
    private func joined(_ rows: [Named], notes: inout [String]) -> [Named] {
        let byLabel = Dictionary(grouping: rows, by: \.label)
        let channels = byLabel.mapValues { rows -> [URL]? in
            guard rows.count > 1 else { return nil }
            let parts = rows.map { row in
                (row.images[0], ChannelName.parts(of: ImageFile.stem(of: row.images[0])), row.images.count)
            }.sorted { ($0.1?.channel ?? 0) < ($1.1?.channel ?? 0) }
            guard parts.allSatisfy({ $0.2 == 1 }), parts.map(\.1?.channel) == Array(0..<rows.count),
                Set(parts.map { $0.0.deletingLastPathComponent().path + "/" + ($0.1?.name ?? "") }).count == 1,
                Set(rows.map(\.item.fold)).count == 1
            else { return nil }
            return parts.map(\.0)
        }
        // Either every label has as many rows, or it is not known what they mean.
        guard rows.count > byLabel.count, Set(channels.values.map { $0?.count }).count == 1,
            channels.values.allSatisfy({ $0 != nil })
        else { return rows }
        notes.append(
            "dataset.json: its \(rows.count) rows are \(byLabel.count) cases: rows that share a label file are its channels _0000, "
                + "_0001, …")
        var seen: Set<URL> = []
        return rows.compactMap { row in
            guard seen.insert(row.label).inserted, let files = channels[row.label] ?? nil else { return nil }
            return Named(images: files, label: row.label, item: row.item)
        }
    }

    /// The stems of the images, of several files what they begin with; where two are equal, with the folders.
    private static func ids(_ cases: [Named], root: URL) -> [String] {
        func name(_ item: Named) -> String {
            let stems = item.images.map(ImageFile.stem(of:))
            guard stems.count > 1 else { return stems[0] }
            if let channel = ChannelName.parts(of: stems[0]) { return channel.name }
            let common = stems.dropFirst().reduce(stems[0]) { $0.commonPrefix(with: $1) }
            guard let end = common.lastIndex(where: "_- .".contains), end > common.startIndex else {
                return item.images[0].deletingLastPathComponent().lastPathComponent
            }
            return String(common[..<end])
        }
        let names = cases.map(name)
        guard Set(names).count < names.count else { return names }
        return zip(cases, names).map { item, name in
            let folder = item.images[0].deletingLastPathComponent().path
            let inner = folder.hasPrefix(root.path) ? folder.dropFirst(root.path.count).drop { $0 == "/" } : folder[...]
            return inner.isEmpty || inner.hasSuffix(name) ? String(inner.isEmpty ? name[...] : inner) : "\(inner)/\(name)"
        }
    }
}

/// Finds the files that a list names, with one listing for each folder.
private final class FileResolver {
    private let root: URL
    private var names: [String: Set<String>] = [:]

    init(root: URL) { self.root = root }

    func path(_ text: String) -> URL { URL(listed: text, in: root) }

    private func contents(of folder: URL) -> Set<String> {
        if let known = names[folder.path] { return known }
        let found = Set(((try? FileSystem.list(folder)) ?? []).map(\.lastPathComponent))
        names[folder.path] = found
        return found
    }

    /// Nil where there is no such file.
    func url(_ text: String) -> URL? {
        let url = path(text)
        return FileSystem.kind(of: url) == .file ? url : nil
    }

    /// The file itself, or its channels `X_0000`, `X_0001`, …; empty where there is neither.
    func images(_ text: String, channels: Int?) -> [URL] {
        if let url = url(text) { return [url] }
        let url = path(text), stem = ImageFile.stem(of: url), folder = url.deletingLastPathComponent()
        let ending = url.lastPathComponent.dropFirst(stem.count)
        let here = contents(of: folder)
        let found = (0..<9999).lazy.map { "\(stem)_\(String(format: "%04d", $0))\(ending)" }.prefix { here.contains($0) }
        let urls = Array(found.map { folder.appending(path: $0) })
        // A picture in colour has its channels in one file.
        guard let channels, channels != urls.count, let first = urls.first else { return urls }
        return urls.count == 1 && (try? ImageFile.readInfo(first).extent.channels) == channels ? urls : []
    }
}
