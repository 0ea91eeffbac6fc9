import DurableFiles
import Foundation
import Phantoms
import SegConfiguration

/// The paper's experiments as one study: what its tables and figures take, on its own data, on phantoms that lie as they do, or
/// on another data set.
public struct Reproduction: Sendable {
    /// Where the data lie; phantoms stand in for what is nil.
    public struct Sources: Sendable {
        /// UESTC's folder, with `part1` and `part2`.
        public var covid: URL?
        /// EndoVis 2017's folder, with `instrument_dataset_1` to `_8`.
        public var instruments: URL?
        /// Another data set in place of both, as `marginseg train` would be configured for it.
        public var other: RunConfiguration?

        public init(covid: URL? = nil, instruments: URL? = nil, other: RunConfiguration? = nil) {
            self.covid = covid
            self.instruments = instruments
            self.other = other
        }
    }

    /// What stands in for data that are not there.
    public struct Phantoms: Sendable {
        public var ct: CTPhantom
        public var surgical: SurgicalPhantom

        public init(
            ct: CTPhantom = CTPhantom(cases: 24, width: 144, height: 96, depth: 8),
            surgical: SurgicalPhantom = SurgicalPhantom(videos: 8, frames: 18, width: 320, height: 256)
        ) {
            self.ct = ct
            self.surgical = surgical
        }
    }

    public let items: [PaperItem]
    public let scale: ReproductionScale
    public let folder: URL
    private let sources: Sources
    private let phantoms: Phantoms
    private let seeds: [UInt64]

    /// - Parameter folder: for all results; an unfinished reproduction there is completed.
    public init(
        _ items: [PaperItem], from sources: Sources, phantoms: Phantoms = Phantoms(), scale: ReproductionScale, seeds: [UInt64],
        folder: URL
    ) {
        self.items = items
        self.sources = sources
        self.phantoms = phantoms
        self.scale = scale
        self.seeds = seeds
        self.folder = folder
    }

    /// Epochs of each stage and the learning rate of the paper.
    private static let epochs = 50
    private static let learningRate = 1e-4

    /// The tasks of an item on the data that are there.
    func tasks(of item: PaperItem) -> [PaperTask] { sources.other == nil ? item.tasks : [.other] }

    private var tasks: [PaperTask] {
        let wanted = Set(items.flatMap(tasks))
        return PaperTask.allCases.filter(wanted.contains)
    }

    // MARK: Data

    private var covid: URL { sources.covid ?? folder.appending(path: "phantoms/uestc", directoryHint: .isDirectory) }
    private var instruments: URL {
        sources.instruments ?? folder.appending(path: "phantoms/endovis", directoryHint: .isDirectory)
    }

    private var usesCTPhantoms: Bool { sources.covid == nil && tasks.contains(where: \.isCT) }
    private var usesInstrumentPhantoms: Bool {
        sources.instruments == nil && tasks.contains { !$0.isCT && $0 != .other }
    }

    /// Draws the phantoms that stand in for data that are not there; those of an earlier time are kept.
    ///
    /// - Throws: `FileError`.
    public func drawPhantoms() throws {
        let workers = ProcessInfo.processInfo.activeProcessorCount
        if usesCTPhantoms {
            try draw(covid) { try phantoms.ct.writeUESTC(to: $0, workers: workers) }
        }
        if usesInstrumentPhantoms {
            try draw(instruments) { try phantoms.surgical.writeEndoVis(to: $0, workers: workers) }
        }
    }

    /// Whole or not at all: a folder that was cut off would look like fewer cases.
    private func draw(_ place: URL, _ write: (URL) throws -> Void) throws {
        guard FileSystem.kind(of: place) == .missing else { return }
        let part = place.appendingPathExtension("part")
        if FileSystem.kind(of: part) != .missing { try FileManager.default.removeItem(at: part) }
        try write(part)
        try FileManager.default.moveItem(at: part, to: place)
    }

    // MARK: The study

    /// The trainings that the items take; nil for items that take none.
    ///
    /// - Throws: errors of data and configuration.
    public func study() throws -> Study? {
        let arms = PaperArm.all.compactMap { arm -> StudyArm? in
            let showing = items.filter { $0.arms.contains(arm) }
            let wanted = Set(showing.flatMap(tasks))
            guard !wanted.isEmpty else { return nil }
            return StudyArm(
                name: arm.name, stage: stage(arm.name, arm.objective), continuesPretraining: !arm.isFromScratch,
                tasks: tasks.filter(wanted.contains).map(\.rawValue))
        }
        guard let first = arms.first else { return nil }
        let trained = Set(arms.flatMap { $0.tasks ?? [] })
        return try Study(
            title: "Distribution-aware margin calibration: the paper's experiments", notes: notes, seeds: seeds,
            pretraining: stage(StudyRun.pretraining, "cross_entropy"),
            tasks: tasks.filter { trained.contains($0.rawValue) }.map(task), arms: arms, reference: first.name)
    }

    private func stage(_ name: String, _ objective: String) -> StageConfiguration {
        StageConfiguration(
            name: name, objective: objective, epochs: scale.epochs(Self.epochs),
            learningRate: scale.learningRate(Self.learningRate))
    }

    private func task(_ task: PaperTask) throws -> StudyTask {
        let isValidated = items.contains { $0 == .table1 && tasks(of: $0).contains(task) }
        return StudyTask(
            name: task.rawValue, summary: summary(task), configuration: try configuration(of: task),
            splits: (isValidated ? [.validation] : []) + [.test], scored: task.isCT ? .allAndForeground : .all,
            published: PaperNumbers.published(task))
    }

    /// The paper's protocol for a task, at the scale.
    func configuration(of task: PaperTask) throws -> RunConfiguration {
        let byVideo = "data.split={random: {validation: 0.125, test: 0.25, seed: 1}}"
        func paper(_ preset: String, _ overrides: [String], _ data: URL) throws -> RunConfiguration {
            try ConfigurationReader(file: nil, preset: preset, overrides: overrides, data: data).configuration()
        }
        let full =
            switch task {
            case .ctPart1: try paper("paper-ct", ["data.task=part1"], covid)
            case .ctPart2: try paper("paper-ct", ["data.task=part2"], covid)
            case .binary: try paper("paper-instruments", ["data.task=binary", "data.split=paper"], instruments)
            case .parts: try paper("paper-instruments", ["data.task=parts", "data.split=paper"], instruments)
            case .binaryByVideo: try paper("paper-instruments", ["data.task=binary", byVideo], instruments)
            case .partsByVideo: try paper("paper-instruments", ["data.task=parts", byVideo], instruments)
            case .other: try sources.other ?? paper("paper-ct", [], covid)
            }
        return scale.applied(to: full)
    }

    private func summary(_ task: PaperTask) -> String {
        let what =
            switch task {
            case .ctPart1: "COVID-19 lesions in chest CT, UESTC part 1"
            case .ctPart2: "COVID-19 lesions in chest CT, UESTC part 2"
            case .binary: "Any robotic instrument against tissue, EndoVis 2017, the paper's split by frames"
            case .parts: "Shaft, wrist, claspers and probe, EndoVis 2017, the paper's split by frames"
            case .binaryByVideo: "Any robotic instrument, whole videos held out"
            case .partsByVideo: "Instrument parts, whole videos held out"
            case .other: "Another data set in place of the paper's"
            }
        let isPhantom = task.isCT ? usesCTPhantoms : task != .other && usesInstrumentPhantoms
        return what + (isPhantom ? "; HERE SYNTHETIC PHANTOMS IN ITS PLACE." : ".")
    }

    /// The same in a few words, for pictures: `SYNTHETIC PHANTOMS, scale 0.06`; empty for the paper's own data and protocol.
    var mark: String {
        [
            usesCTPhantoms || usesInstrumentPhantoms ? "SYNTHETIC PHANTOMS" : nil,
            sources.other == nil ? nil : "ANOTHER DATA SET", scale.fraction < 1 ? "scale \(scale.fraction)" : nil,
        ].compactMap { $0 }.joined(separator: ", ")
    }

    /// What every output must say.
    public var notes: [String] {
        var notes: [String] = []
        if usesCTPhantoms || usesInstrumentPhantoms {
            let which = [usesCTPhantoms ? "UESTC's CT" : nil, usesInstrumentPhantoms ? "EndoVis' videos" : nil].compactMap { $0 }
            notes.append(
                "SYNTHETIC DATA: phantoms stand in for \(which.joined(separator: " and ")); no number here says anything of the "
                    + "paper's data. Name the real folders with --covid and --instruments.")
        }
        if sources.other != nil { notes.append("ANOTHER DATA SET stands in for the paper's, so the paper's numbers do not.") }
        if let words = scale.words(epochs: Self.epochs, learningRate: Self.learningRate) { notes.append(words) }
        return notes
    }
}
