import DurableFiles
import Foundation
import MedicalImages

/// A task of the Medical Segmentation Decathlon: `dataset.json` lists images, with channels as the fourth dimension, and labels.
struct DecathlonLayout: CaseLayout {
    let root: URL
    let description: DataSetDescription

    init(root: URL) throws {
        self.root = root
        description = try DataSetDescription(DataSetDescription.url(in: root))
    }

    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        let url = DataSetDescription.url(in: root)
        guard FileSystem.kind(of: url) == .file else { return nil }
        let description = try DataSetDescription(url)
        guard description.channelNames == nil, let training = description.training else { return nil }
        return LayoutFinding(
            .decathlon, reason: "dataset.json with a training list of \(training.count) pairs", settings: settings,
            classes: description.classes)
    }

    func list() throws -> CaseListing {
        let pairs = description.training ?? []
        guard !pairs.isEmpty else { throw LayoutError(description.url, "its training list is empty") }
        if let expected = description.caseCount, expected != pairs.count {
            throw LayoutError(description.url, "numTraining is \(expected), but its training list has \(pairs.count) pairs")
        }
        let entries = pairs.map { pair in
            let image = url(pair.image), name = ImageFile.stem(of: url(pair.image))
            return CaseListing.Entry(DataCase(id: name, group: name, images: [image], label: url(pair.label)), place: .open)
        }
        let absent = entries.filter { entry in
            (entry.dataCase.images + [entry.dataCase.label?.first].compactMap(\.self)).contains {
                FileSystem.kind(of: $0) != .file
            }
        }
        guard absent.isEmpty else {
            throw DataSetError.missingOnDisk(
                splitFile: description.url.path, folder: root.path, names: absent.map(\.dataCase.id).sortedAsCounted())
        }
        let doubled = Dictionary(grouping: entries, by: \.dataCase.id).filter { $0.value.count > 1 }.keys
        guard doubled.isEmpty else {
            throw DataSetError.equalStems(folder: description.url.path, names: doubled.sorted().sortedAsCounted())
        }
        return CaseListing(origin: description.url.path, entries: entries)
    }

    private func url(_ path: String) -> URL {
        root.appending(path: path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
    }
}
