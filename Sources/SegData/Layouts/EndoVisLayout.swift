import DurableFiles
import Foundation
import MedicalImages

/// EndoVis 2017, robotic instruments: `instrument_dataset_1…8/left_frames/frame000.png` and
/// `ground_truth/INSTRUMENT/frame000.png`, a mask for each instrument.
///
/// Instrument folders may end in `_labels` or not, and masks may be RGB with equal channels.
struct EndoVisLayout: CaseLayout {
    /// What is to be told apart.
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

    private static func videos(of root: URL) -> [(number: Int, folder: URL)] {
        let names = (try? FileSystem.list(root)) ?? []
        return names.compactMap { url in
            guard url.lastPathComponent.hasPrefix("instrument_dataset_"),
                let number = Int(url.lastPathComponent.dropFirst("instrument_dataset_".count)),
                FileSystem.kind(of: url.appending(path: "left_frames")) == .folder,
                FileSystem.kind(of: url.appending(path: "ground_truth")) == .folder
            else { return nil }
            return (number, url)
        }
    }

    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        let videos = videos(of: root)
        guard !videos.isEmpty else { return nil }
        var settings = settings
        let layout = try EndoVisLayout(root: root, task: settings.task, overlap: settings.overlaps)
        settings.task = layout.task.rawValue
        settings.overlaps = layout.overlap
        return LayoutFinding(
            .endovis,
            reason: "instrument_dataset_N with left_frames/ and ground_truth/, \(videos.count) "
                + "video\(videos.count == 1 ? "" : "s"); task \(layout.task.rawValue), videos kept together",
            settings: settings, classes: layout.task.classes)
    }

    func list() throws -> CaseListing {
        var entries: [CaseListing.Entry] = []
        for (number, folder) in Self.videos(of: root) {
            let frames = try FileSystem.list(folder.appending(path: "left_frames")).filter(ImageFile.isRecognized)
            let masks = try FileSystem.list(folder.appending(path: "ground_truth")).filter { FileSystem.kind(of: $0) == .folder }
            guard !masks.isEmpty else {
                throw LayoutError(folder.appending(path: "ground_truth"), "no folder of an instrument in it")
            }
            let values = try masks.map { try value(of: $0) }
            // One listing a folder is much cheaper than a question for each file.
            let names = try masks.map { Set(try FileSystem.list($0).map(\.lastPathComponent)) }
            for frame in frames {
                let name = frame.lastPathComponent
                let layers = try zip(masks, zip(values, names)).map { mask, rest in
                    guard rest.1.contains(name) else {
                        throw LayoutError(mask, "no mask \(name); expected one for each frame")
                    }
                    return LabelSource.Layer(mask.appending(path: name), value: rest.0)
                }
                entries.append(
                    .init(
                        DataCase(
                            id: "video\(number)/\(ImageFile.stem(of: frame))", group: "video\(number)", images: [frame],
                            label: LabelSource(layers, overlap: overlap)),
                        place: .open, paperSplit: try Self.paperSplit(frame)))
            }
        }
        return CaseListing(origin: root.path, entries: entries)
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

    /// Frames 0–149 train, 150–174 validate, 175–224 test, in every video.
    private static func paperSplit(_ frame: URL) throws -> Split {
        guard let number = Int(ImageFile.stem(of: frame).drop { !$0.isNumber }), (0...224).contains(number) else {
            throw LayoutError(frame, "no frame number; expected frame000 to frame224")
        }
        return number < 150 ? .train : number < 175 ? .validation : .test
    }
}
