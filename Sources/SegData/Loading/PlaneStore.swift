import DurableFiles
import Foundation
import MarginCalibration
import MedicalImages

/// The planes of a split, decoded and prepared once: in memory, or on disk where they would not fit.
public struct PlaneStore: PlaneSource {
    /// Which planes are kept.
    public enum Selection: String, Sendable, Codable, CaseIterable {
        /// Every plane.
        case all
        /// Planes with a pixel of a class other than 0. The paper's authors leave out lesion-free CT slices so.
        case foregroundOnly = "foreground_only"
    }

    /// In the order of the cases, and of the planes in each.
    private let items: [SampleShelf.Item]
    private let shelf: SampleShelf
    /// Pixels of each class over the kept planes, at the size that the network sees, without ignored ones.
    public let labelDistribution: LabelDistribution
    /// Planes that the selection left out.
    public let leftOut: Int
    /// Files that could not be read, of this store and of its plan.
    public let unreadable: [UnreadableCase]
    public let channels: Int

    /// Decodes the planned cases, `workers` at a time.
    ///
    /// - Parameters:
    ///   - memory: bytes that the planes may take; where the plan needs more, they are put into a file in `scratch`.
    ///   - scratch: where that file is made; it has no name and is gone with the process.
    /// - Throws: `CaseError` for files that do not fit the recipe, or where no plane is left; `ImageFileError`, `FileError`.
    public init(
        _ plan: PlanePlan, selection: Selection = .all, workers: Int = 1, memory: Int = .max,
        scratch: URL = FileManager.default.temporaryDirectory
    ) throws {
        let reader = try CaseReader(plan.recipe)
        let classCount = plan.recipe.labels.classCount
        let shelf = plan.estimatedBytes > memory ? SampleShelf.scratch(try ScratchFile(in: scratch)) : .memory
        let parts = try concurrentMap(plan.cases.map(\.dataCase), workers: workers) { dataCase in
            try plan.tolerance.read(dataCase) {
                try Part(
                    reader.read(dataCase), recipe: plan.recipe, classCount: classCount, selection: selection, shelf: shelf)
            }
        }
        let read = parts.compactMap { try? $0.get() }
        items = read.flatMap(\.items)
        leftOut = read.reduce(0) { $0 + $1.leftOut }
        unreadable = plan.unreadable + parts.compactMap(\.failure)
        guard !items.isEmpty else { throw CaseError.nothingLeft(cases: plan.cases.count) }
        labelDistribution = try read.map(\.labels).reduce(LabelDistribution(counts: Array(repeating: 0, count: classCount))) {
            $0.adding($1)
        }
        channels = plan.channels
        self.shelf = shelf
    }

    public var count: Int { items.count }

    /// Whether the planes lie on disk.
    public var isOnDisk: Bool {
        if case .scratch = shelf { true } else { false }
    }

    public func sample(at index: Int) throws -> PlaneSample { try shelf.take(items[index]) }

    /// The kept planes of one case.
    private struct Part: Sendable {
        var items: [SampleShelf.Item] = []
        var labels: LabelDistribution
        var leftOut = 0

        init(
            _ prepared: PreparedCase, recipe: PlaneRecipe, classCount: Int, selection: Selection, shelf: SampleShelf
        ) throws {
            labels = try LabelDistribution(counts: Array(repeating: 0, count: classCount))
            for plane in 0..<recipe.axis.planeCount(of: prepared.extent) {
                // The plan refuses cases without labels.
                guard let native = prepared.nativeLabels(plane: plane, axis: recipe.axis),
                    let sample = prepared.sample(plane: plane, recipe: recipe)
                else { continue }
                let counted = try LabelDistribution.counting(native, classCount: classCount, ignoring: LabelMap.ignored)
                guard selection == .all || counted.counts[0] < counted.total else {
                    leftOut += 1
                    continue
                }
                labels = labels.adding(
                    try LabelDistribution.counting(sample.labels, classCount: classCount, ignoring: LabelMap.ignored))
                items.append(try shelf.put(sample))
            }
        }
    }
}
