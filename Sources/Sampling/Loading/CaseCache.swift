import DataSets
import MarginCalibration
import Synchronization

/// Prepared cases that are needed again and again: as many as fit stay in memory, the others are read anew each time.
public final class CaseCache: Sendable {
    /// The cases that can be read, in order.
    public let items: [SamplePlan.Item]
    /// Those that could not, of this cache and of its plan.
    public let unreadable: [UnreadableCase]
    /// Pixels of each class over the cases at native size, without ignored ones.
    public let labels: LabelDistribution
    /// The images of the cases.
    package let images: [KnownImage]
    private let reader: CaseReader
    private let shelf: Shelf

    /// Reads every case once, so that what is wrong is found now and not in the middle of a training.
    ///
    /// - Parameter memory: bytes that the kept cases may take.
    /// - Throws: `CaseError` for files that do not fit the recipe; `ImageFileError`, `FileError`.
    public init(_ plan: SamplePlan, workers: Int = 1, memory: Int = .max) throws {
        let reader = try CaseReader(plan.recipe, channels: plan.channels)
        let shelf = Shelf(memory: memory)
        let classCount = plan.recipe.labels.classCount
        let (read, unreadable) = try plan.tolerance.read(plan.cases.map(\.dataCase), workers: workers) { index, dataCase in
            let prepared = try reader.read(dataCase)
            shelf.offer(prepared)
            return Known(
                item: plan.cases[index],
                labels: try LabelDistribution.counting(
                    prepared.labels ?? [], classCount: classCount, ignoring: LabelMap.ignored),
                image: KnownImage(path: dataCase.image.path, content: ImageContent(prepared)))
        }
        self.reader = reader
        self.shelf = shelf
        items = read.map(\.item)
        images = read.map(\.image)
        labels = try read.reduce(LabelDistribution(counts: Array(repeating: 0, count: classCount))) { $0.adding($1.labels) }
        self.unreadable = plan.unreadable + unreadable
        guard !items.isEmpty else { throw CaseError.nothingReadable(self.unreadable) }
    }

    /// What was seen of a case.
    private struct Known: Sendable {
        let item: SamplePlan.Item
        let labels: LabelDistribution
        let image: KnownImage
    }

    public var count: Int { items.count }

    /// - Throws: `CaseError`, `ImageFileError`, `FileError` for a file that has changed since.
    public func prepared(at index: Int) throws -> PreparedCase {
        try shelf[items[index].dataCase.id] ?? reader.read(items[index].dataCase)
    }

    private final class Shelf: Sendable {
        private let memory: Int
        private let kept = Mutex((cases: [String: PreparedCase](), bytes: 0))

        init(memory: Int) { self.memory = memory }

        subscript(id: String) -> PreparedCase? { kept.withLock { $0.cases[id] } }

        func offer(_ prepared: PreparedCase) {
            let size = prepared.image.bytes + (prepared.labels?.count ?? 0)
            kept.withLock { kept in
                guard kept.bytes + size <= memory else { return }
                kept.cases[prepared.id] = prepared
                kept.bytes += size
            }
        }
    }
}
