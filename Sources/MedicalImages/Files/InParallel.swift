import Foundation

/// Calls `body` with each element on all cores.
///
/// - Throws: the first of the errors, in the order of the elements.
func inParallel<Element: Sendable>(_ elements: [Element], _ body: @Sendable (Element) throws -> Void) throws {
    let errors = FirstError()
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
        guard errors.isNone(before: index) else { return }
        do { try body(elements[index]) } catch { errors.note(error, at: index) }
    }
    if let error = errors.first { throw error }
}

private final class FirstError: @unchecked Sendable {
    private let lock = NSLock()
    private var found: (index: Int, error: any Error)?

    var first: (any Error)? { lock.withLock { found?.error } }

    func isNone(before index: Int) -> Bool { lock.withLock { found.map { index < $0.index } ?? true } }

    func note(_ error: any Error, at index: Int) {
        lock.withLock { if found.map({ index < $0.index }) ?? true { found = (index, error) } }
    }
}
