import Foundation
import Testing

@testable import Sampling

struct OrderedPrefetchTests {
    /// Counts calls; the lock makes it safe to share.
    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0
        func add() { lock.withLock { value += 1 } }
        var count: Int { lock.withLock { value } }
    }

    @Test(.timeLimit(.minutes(1)))
    func makesNoMoreThanItsRoomAhead() throws {
        let made = Counter()
        let queue = OrderedPrefetch(0..<100, capacity: 3, workers: 2) { number in
            made.add()
            return number
        }
        while made.count < 3 { Thread.sleep(forTimeInterval: 0.001) }
        Thread.sleep(forTimeInterval: 0.05)
        #expect(made.count == 3)
        #expect(try queue.next() == 0)
        while made.count < 4 { Thread.sleep(forTimeInterval: 0.001) }
        queue.stop()
        #expect(try queue.next() == nil)
    }

    /// The threads hold what they make from; once the stream is gone nothing does.
    @Test(.timeLimit(.minutes(1)), arguments: [1, 4])
    func anAbandonedStreamLetsGoOfEverything(workers: Int) throws {
        weak var held: Counter?
        do {
            let counter = Counter()
            held = counter
            let stream = BatchStream(0..<1000, workers: workers, prefetch: 2) { number in
                counter.add()
                return try Batch([NumberedSource(count: 1000).sample(at: number).whole()])
            }
            #expect(try stream.next()?.samples[0].caseID == "case_0")
        }
        // A thread's own frame may outlive its work by a moment.
        for _ in 0..<1000 where held != nil { Thread.sleep(forTimeInterval: 0.005) }
        #expect(held == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func waitingIsMeasured() throws {
        let slow = OrderedPrefetch(0..<3, capacity: 1, workers: 1) { number in
            Thread.sleep(forTimeInterval: 0.02)
            return number
        }
        while try slow.next() != nil {}
        #expect(slow.secondsWaited > 0.04 && slow.secondsWaited < 10)
        slow.stop()
    }

    @Test func anEmptyRangeEndsAtOnce() throws {
        let queue = OrderedPrefetch(5..<5, capacity: 1, workers: 3) { $0 }
        #expect(try queue.next() == nil)
        queue.stop()
    }
}
