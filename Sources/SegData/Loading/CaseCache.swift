import Foundation

/// Prepared cases that are needed again and again: as many as fit stay in memory, the others are read anew each time.
public final class CaseCache: Sendable {
    /// The cases that can be read, in order.
    public let items: [PlanePlan.Item]
    /// Those that could not, of this cache and of its plan.
    public let unreadable: [UnreadableCase]
    private let reader: CaseReader
    private let shelf: Shelf

    /// Reads every case once, so that what is wrong is found now and not in the middle of a training.
    ///
    /// - Parameter memory: bytes that the kept cases may take.
    /// - Throws: `CaseError` for files that do not fit the recipe; `ImageFileError`, `FileError`.
    public init(_ plan: PlanePlan, workers: Int = 1, memory: Int = .max) throws {
        let reader = try CaseReader(plan.recipe)
        let shelf = Shelf(memory: memory)
        let results = try concurrentMap(plan.cases, workers: workers) { item in
            try plan.tolerance.read(item.dataCase) {
                shelf.offer(try reader.read(item.dataCase))
                return item
            }
        }
        self.reader = reader
        self.shelf = shelf
        items = results.compactMap { try? $0.get() }
        unreadable = plan.unreadable + results.compactMap(\.failure)
        guard !items.isEmpty else { throw CaseError.nothingReadable(unreadable) }
    }

    public var count: Int { items.count }

    /// - Throws: `CaseError`, `ImageFileError`, `FileError` for a file that has changed since.
    public func prepared(at index: Int) throws -> PreparedCase {
        try shelf[items[index].dataCase.id] ?? reader.read(items[index].dataCase)
    }

    /// `@unchecked Sendable`: the cases and their size are read and written under `lock`.
    private final class Shelf: @unchecked Sendable {
        private let lock = NSLock()
        private let memory: Int
        private var cases: [String: PreparedCase] = [:]
        private var bytes = 0

        init(memory: Int) { self.memory = memory }

        subscript(id: String) -> PreparedCase? { lock.withLock { cases[id] } }

        func offer(_ prepared: PreparedCase) {
            let size = 4 * prepared.image.count + (prepared.labels?.count ?? 0)
            lock.withLock {
                guard bytes + size <= memory else { return }
                cases[prepared.id] = prepared
                bytes += size
            }
        }
    }
}
