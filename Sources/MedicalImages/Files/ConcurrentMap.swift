import Dispatch
import Synchronization

/// The results of `body`, in the elements' order, computed on up to `workers` threads.
///
/// Elements are begun in order, and none is begun after a failure. Of several failures the one of the earliest element is
/// thrown: those before it had all been begun, so it does not depend on the threads' speed.
package func concurrentMap<Element: Sendable, Output: Sendable>(
    _ elements: [Element], workers: Int, _ body: @Sendable (Element) throws -> Output
) throws -> [Output] {
    precondition(workers > 0, "work needs a worker")
    let state = Mutex(MapState<Output>())
    DispatchQueue.concurrentPerform(iterations: min(workers, elements.count)) { _ in
        while let index = state.withLock({ $0.claim(of: elements.count) }) {
            let result = Result { try body(elements[index]) }
            state.withLock { $0.finish(index, result) }
        }
    }
    // In order, so that the earliest failure comes first; without one, every index is there.
    return try state.withLock { $0.finished }.sorted { $0.key < $1.key }.map { try $0.value.get() }
}

private struct MapState<Output: Sendable>: Sendable {
    private var next = 0
    private var hasFailed = false
    private(set) var finished: [Int: Result<Output, any Error>] = [:]

    mutating func claim(of count: Int) -> Int? {
        guard !hasFailed, next < count else { return nil }
        defer { next += 1 }
        return next
    }

    mutating func finish(_ index: Int, _ result: Result<Output, any Error>) {
        if case .failure = result { hasFailed = true }
        finished[index] = result
    }
}
