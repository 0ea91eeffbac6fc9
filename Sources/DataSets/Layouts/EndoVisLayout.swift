import DurableFiles
import Foundation
import MedicalImages

/// EndoVis 2017, robotic instruments: `instrument_dataset_1…10/left_frames/frame000.png` and
/// `ground_truth/INSTRUMENT/frame000.png`, a mask for each instrument.
///
/// Instrument folders may end in `_labels` or not, and masks may be RGB with equal channels.
struct EndoVisLayout: CaseLayout {
    /// What the classes distinguish.
    enum Task: String, CaseIterable, Sendable {
        /// Any instrument.
        case binary
        /// Shaft 10, wrist 20, claspers 30, probe 40: the masks' own values.
        case parts
        /// Kinds of instrument, by the folder's name.
        case type

        var classes: [LayoutFinding.ClassValues] {
            switch self {
            case .binary: [.init("background", [0]), .init("instrument", [1])]
            case .parts:
                [
                    .init("background", [0]), .init("shaft", [10]), .init("wrist", [20]), .init("claspers", [30]),
                    .init("probe", [40]),
                ]
            case .type:
                [.init("background", [0])] + EndoVisLayout.types.enumerated().map { .init($1.name, [$0 + 1]) }
            }
        }
    }

    /// The instrument types 1 to 7: their names, and what a folder's name contains.
    private static let types: [(name: String, word: String)] = [
        ("bipolar forceps", "bipolar"), ("prograsp forceps", "prograsp"), ("needle driver", "needle_driver"),
        ("vessel sealer", "vessel_sealer"), ("grasping retractor", "grasping_retractor"), ("scissors", "scissors"),
        ("other", "other"),
    ]

    let root: URL
    let task: Task
    let overlap: OverlapRule

    init(root: URL, task: String?, overlap: OverlapRule?) throws {
        guard let named = Task(rawValue: task ?? Task.parts.rawValue) else {
            throw LayoutError(root, "there is no task '\(task ?? "")'; data.task is binary, parts or type")
        }
        self.root = root
        self.task = named
        self.overlap = overlap ?? .ignore
    }

    /// A data set's folder, whether or not it is complete.
    private struct Video {
        let number: Int
        let folder: URL
        /// Of `left_frames` and `ground_truth`, those that are not there.
        let missing: [String]
    }

    private static func videos(of root: URL) throws -> [Video] {
        try FileSystem.list(root).compactMap { url in
            guard url.lastPathComponent.hasPrefix("instrument_dataset_"), FileSystem.kind(of: url) == .folder,
                let number = Int(url.lastPathComponent.dropFirst("instrument_dataset_".count))
            else { return nil }
            let parts = ["left_frames", "ground_truth"]
            return Video(
                number: number, folder: url, missing: parts.filter { FileSystem.kind(of: url.appending(path: $0)) != .folder })
        }
    }

    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        guard FileSystem.kind(of: root) == .folder else { return nil }
        let videos = try videos(of: root)
        guard !videos.isEmpty else { return nil }
        var settings = settings
        let layout = try EndoVisLayout(root: root, task: settings.task, overlap: settings.overlaps)
        settings.task = layout.task.rawValue
        settings.overlaps = layout.overlap
        let complete = videos.count { $0.missing.isEmpty }
        return LayoutFinding(
            .endovis,
            reason: "instrument_dataset_N with left_frames/ and ground_truth/, \(complete) video\(complete == 1 ? "" : "s"); "
                + "task \(layout.task.rawValue), videos kept together",
            settings: settings, classes: layout.task.classes)
    }

    func list() throws -> CaseListing {
        var entries: [CaseListing.Entry] = []
        var notes: [String] = []
        let videos = try Self.videos(of: root)
        for video in videos {
            guard video.missing.isEmpty else {
                notes.append("\(video.folder.lastPathComponent) has no \(video.missing.joined(separator: ", no ")): left out")
                continue
            }
            entries += try entriesOf(video)
        }
        guard videos.contains(where: \.missing.isEmpty) else {
            throw LayoutError(
                videos.first?.folder ?? root,
                "no \(videos.first?.missing.joined(separator: ", no ") ?? "instrument_dataset_N") in it; expected left_frames/ with "
                    + "the frames and ground_truth/ with a folder for each instrument")
        }
        return CaseListing(
            origin: root.path, entries: entries, notes: notes, paperNames: "the frames 000 to 224 of the data sets 1 to 8")
    }

    private func entriesOf(_ video: Video) throws -> [CaseListing.Entry] {
        let frameFolder = video.folder.appending(path: "left_frames"), maskFolder = video.folder.appending(path: "ground_truth")
        let frames = try FileSystem.list(frameFolder).filter(ImageFile.isRecognized)
        guard !frames.isEmpty else { throw DataSetError.noImages(folder: frameFolder.path) }
        let masks = try FileSystem.list(maskFolder).filter { FileSystem.kind(of: $0) == .folder }
        guard !masks.isEmpty else { throw LayoutError(maskFolder, "no folder of an instrument in it") }
        let values = try masks.map { try value(of: $0) }
        // One listing a folder is much cheaper than a question for each file.
        let names = try masks.map { Set(try FileSystem.list($0).filter(ImageFile.isRecognized).map(\.lastPathComponent)) }
        let known = Set(frames.map(\.lastPathComponent))
        for (mask, names) in zip(masks, names) {
            let orphans = names.subtracting(known)
            guard orphans.isEmpty else {
                throw DataSetError.labelsWithoutImage(
                    images: frameFolder.path, labels: mask.path, names: orphans.sortedAsCounted())
            }
        }
        return try frames.map { frame in
            let name = frame.lastPathComponent
            let layers = try zip(masks, zip(values, names)).map { mask, rest in
                guard rest.1.contains(name) else {
                    throw LayoutError(mask, "no mask \(name); expected one for each frame")
                }
                return LabelSource.Layer(mask.appending(path: name), value: rest.0)
            }
            return CaseListing.Entry(
                dataCase: DataCase(
                    id: "video\(video.number)/\(ImageFile.stem(of: frame))", group: "video\(video.number)",
                    image: ImageLocation(frame),
                    label: LabelSource(layers, overlap: overlap)),
                place: .open, paperSplit: Self.paperSplit(frame, of: video.number))
        }
    }

    /// The value of an instrument's pixels; nil: the mask's own.
    private func value(of folder: URL) throws -> Int? {
        switch task {
        case .parts: return nil
        case .binary: return 1
        case .type:
            let name = folder.lastPathComponent.lowercased()
            guard let index = Self.types.firstIndex(where: { name.contains($0.word) }) else {
                throw LayoutError(
                    folder, "no known type of instrument; expected one of \(Self.types.map(\.word).joined(separator: ", "))")
            }
            return index + 1
        }
    }

    /// Frames 0–149 train, 150–174 validate, 175–224 test, in each of the videos 1 to 8; frames of the official test set are in none.
    private static func paperSplit(_ frame: URL, of video: Int) -> Split? {
        guard (1...8).contains(video), let number = Int(ImageFile.stem(of: frame).drop { !$0.isNumber }) else { return nil }
        return switch number {
        case 0..<150: .train
        case 150..<175: .validation
        case 175...224: .test
        default: nil
        }
    }
}
