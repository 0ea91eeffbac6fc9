import Foundation

/// Makes numbered items on several threads, a bounded number ahead, and hands them out in order.
///
/// `@unchecked Sendable`: all mutable state is read and written under `condition`; `make` is `@Sendable` and is called
/// outside it.
package final class OrderedPrefetch<Output: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let end: Int
    private let capacity: Int
    private let make: @Sendable (Int) throws -> Output
    /// The next number that a thread takes up.
    private var claimed: Int
    /// The next number that the consumer gets.
    private var delivered: Int
    private var ready: [Int: Result<Output, any Error>] = [:]
    private var isStopped = false
    private var running: Int
    private var waited = 0.0

    /// - Parameters:
    ///   - capacity: items that are made and not handed out, those under way among them.
    ///   - workers: threads.
    package init(_ numbers: Range<Int>, capacity: Int, workers: Int, make: @escaping @Sendable (Int) throws -> Output) {
        end = numbers.upperBound
        claimed = numbers.lowerBound
        delivered = numbers.lowerBound
        self.capacity = capacity
        self.make = make
        running = min(workers, numbers.count)
        for _ in 0..<running {
            let thread = Thread { [self] in work() }
            thread.name = "batch loader"
            thread.start()
        }
    }

    /// The next item in order; nil after the last, after an error and after `stop`.
    package func next() throws -> Output? {
        condition.lock()
        defer { condition.unlock() }
        guard delivered < end, !isStopped else { return nil }
        let start = DispatchTime.now().uptimeNanoseconds
        while ready[delivered] == nil { condition.wait() }
        waited += Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        let result = ready.removeValue(forKey: delivered)
        delivered += 1
        if case .failure = result { isStopped = true }
        condition.broadcast()
        return try result?.get()
    }

    var secondsWaited: Double {
        condition.withLock { waited }
    }

    /// Makes the threads end and waits until they have; each finishes at most the item it is at.
    package func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
            while running > 0 { condition.wait() }
            ready.removeAll()
        }
    }

    private func work() {
        while let number = claim() {
            let result = Result { try make(number) }
            condition.withLock {
                ready[number] = result
                condition.broadcast()
            }
        }
        condition.withLock {
            running -= 1
            condition.broadcast()
        }
    }

    /// A number to make, as soon as there is room for one more; nil when there is nothing left to do.
    private func claim() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while !isStopped, claimed < end, claimed >= delivered + capacity { condition.wait() }
        guard !isStopped, claimed < end else { return nil }
        defer { claimed += 1 }
        return claimed
    }
}
