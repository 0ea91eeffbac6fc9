import Foundation
import Synchronization

/// What `body` makes of each number from 0 on, in as many threads, which may wait for each other.
public func inThreads<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (_ number: Int) throws -> Result
) throws -> [Result] {
    let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    let group = DispatchGroup()
    for number in 0..<count {
        group.enter()
        Thread.detachNewThread {
            let result = Swift.Result { try body(number) }
            results.withLock { $0[number] = result }
            group.leave()
        }
    }
    group.wait()
    return try results.withLock { made in try (0..<count).map { try made[$0]!.get() } }
}
