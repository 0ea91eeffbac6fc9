import Dispatch
import Foundation

/// The results of `body`, in the elements' order, computed on up to `workers` threads.
///
/// Elements are begun in order, and none is begun after a failure. Of several failures the one of the earliest element is
/// thrown: those before it had all been begun, so it does not depend on the threads' speed.
package func concurrentMap<Element: Sendable, Output: Sendable>(
    _ elements: [Element], workers: Int, _ body: @Sendable (Element) throws -> Output
) throws -> [Output] {
    precondition(workers > 0, "work needs a worker")
    let state = MapState<Output>(count: elements.count)
    DispatchQueue.concurrentPerform(iterations: min(workers, elements.count)) { _ in
        while let index = state.claim() {
            state.finish(index, Result { try body(elements[index]) })
        }
    }
    return try state.results()
}

/// `@unchecked Sendable`: every access to the stored properties happens under `lock`.
private final class MapState<Output: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private let count: Int
    private var next = 0
    private var hasFailed = false
    private var finished: [Int: Result<Output, any Error>] = [:]

    init(count: Int) {
        self.count = count
    }

    func claim() -> Int? {
        lock.withLock {
            guard !hasFailed, next < count else { return nil }
            defer { next += 1 }
            return next
        }
    }

    func finish(_ index: Int, _ result: Result<Output, any Error>) {
        lock.withLock {
            if case .failure = result { hasFailed = true }
            finished[index] = result
        }
    }

    func results() throws -> [Output] {
        try lock.withLock {
            // In order, so that the earliest failure comes first; without one, every index is there.
            try finished.sorted { $0.key < $1.key }.map { try $0.value.get() }
        }
    }
}
