import DataSets
import DurableFiles
import Foundation
import MarginCalibration
import MedicalImages

/// The planes of a split, decoded and prepared once: in memory, or on disk where they would not fit.
public struct SampleStore: SampleSource {
    /// In the order of the cases, and of the planes in each.
    private let items: [StoredSample]
    /// Whether the planes lie on disk.
    public let isOnDisk: Bool
    /// Over the kept planes, as training sees them; the same as `LabelStatistics(counting:)` finds from the labels alone.
    public let statistics: LabelStatistics
    /// The images of the cases.
    package let images: [KnownImage]
    /// Files that could not be read, of this store and of its plan.
    public let unreadable: [UnreadableCase]
    /// What reading the label files decided.
    public let labelNotes: CaseNotes
    public let channels: Int

    /// Decodes the planned cases, `workers` at a time.
    ///
    /// - Parameters:
    ///   - memory: bytes that the planes may take; where the plan needs more, they are put into a file in `scratch`.
    ///   - scratch: where that file is made; it has no name and is gone with the process.
    /// - Throws: `CaseError` for files that do not fit the recipe, or where no plane is left; `ImageFileError`, `FileError`.
    public init(
        _ plan: SamplePlan, selection: SampleSelection = .all, workers: Int = 1, memory: Int = .max,
        scratch: URL = FileManager.default.temporaryDirectory
    ) throws {
        let reader = try CaseReader(plan.recipe, channels: plan.channels)
        let none = LabelTally(labelCount: plan.recipe.labels.classCount, recipe: plan.recipe, selection: selection)
        let file =
            plan.estimatedBytes > memory
            ? try ScratchFile(in: scratch, for: "the planes that --memory does not hold") : nil
        let crop = RandomCrop(plan.recipe)
        let (read, unreadable) = try plan.tolerance.read(plan.cases.map(\.dataCase), workers: workers) { _, dataCase in
            try Part(reader.read(dataCase), path: dataCase.image.path, tally: none, file: file, crop: crop)
        }
        items = read.flatMap(\.items)
        images = read.map(\.image)
        self.unreadable = plan.unreadable + unreadable
        guard !items.isEmpty else { throw CaseError.nothingLeft(cases: plan.cases.count) }
        statistics = try LabelStatistics(read.reduce(into: none) { $0.join($1.tally) })
        labelNotes = read.reduce(into: CaseNotes()) { $0.add($1.labelNotes, of: $1.id) }
        channels = plan.channels
        isOnDisk = file != nil
    }

    public var count: Int { items.count }

    /// Pixels of each class that training sees, without ignored ones.
    public var labelDistribution: LabelDistribution { statistics.labels }

    /// Planes that the selection left out.
    public var leftOut: Int { statistics.leftOut }

    public func sample(at index: Int) throws -> StoredSample { items[index] }

    /// The kept planes of one case.
    private struct Part: Sendable {
        var items: [StoredSample] = []
        var tally: LabelTally
        let image: KnownImage
        let id: String
        let labelNotes: [ImageNote]

        /// - Parameter tally: of no plane yet.
        init(_ prepared: PreparedCase, path: String, tally: LabelTally, file: ScratchFile?, crop: RandomCrop?) throws {
            (id, labelNotes) = (prepared.id, prepared.labelNotes)
            self.tally = tally
            image = KnownImage(path: path, content: ImageContent(prepared))
            for number in 0..<prepared.grid.sampleCount {
                // The plan refuses cases without labels.
                guard let native = prepared.nativeLabels(number) else { continue }
                guard tally.keeps(native) else {
                    self.tally.leaveOut()
                    continue
                }
                guard let sample = prepared.sample(number) else { continue }
                try self.tally.add(sample.labels, size: sample.size)
                items.append(try StoredSample(sample, in: file, for: crop))
            }
        }
    }
}
