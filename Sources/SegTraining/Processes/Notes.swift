import Foundation
import Synchronization
import Torch

/// What processes leave for each other in the store where they met: that they live, and why they end.
///
/// Whoever cannot be reached must hold up nobody: c10d waits for an answer of its store without end where the network is gone, so
/// every question is asked on a thread of its own, which is left where it is when the answer does not come.
final class Notes: Sendable {
    /// Seconds between two signs of life, and those that the store has to answer.
    static let interval = 1.0
    private static let patience = 5.0

    static func pulse(_ rank: Int) -> String { "lives/\(rank)" }
    static func failure(_ rank: Int) -> String { "failed/\(rank)" }

    private let isOver = Mutex(false)
    /// For notes alone, which c10d's stores allow on any thread.
    nonisolated(unsafe) private let group: ProcessGroup

    init(_ group: ProcessGroup) { self.group = group }

    /// Says again and again that this process lives.
    func beginPulse() {
        let thread = Thread { [self] in
            var beats = 0
            while !isOver.withLock({ $0 }) {
                beats += 1
                try? group.post("\(beats)", as: Self.pulse(group.rank), timeout: Self.patience)
                Thread.sleep(forTimeInterval: Self.interval)
            }
        }
        thread.start()
    }

    func endPulse() { isOver.withLock { $0 = true } }

    /// - Throws: `NoAnswer`, `TorchError` where the store does not answer.
    func post(_ text: String, as key: String) throws {
        try answered { [self] in try group.post(text, as: key, timeout: Self.patience) }
    }

    /// - Throws: `NoAnswer`, `TorchError` where the store does not answer.
    func posted(_ key: String) throws -> String? {
        try answered { [self] in try group.posted(key, timeout: Self.patience) }
    }

    private func answered<Answer: Sendable>(_ ask: @escaping @Sendable () throws -> Answer) throws -> Answer {
        let answer = Mutexed<Result<Answer, any Error>>()
        let isThere = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            answer.value = Result { try ask() }
            isThere.signal()
        }
        guard isThere.wait(timeout: .now() + Self.patience) == .success, let result = answer.value else {
            throw NoAnswer()
        }
        return try result.get()
    }
}

/// The store in which processes met cannot be reached.
struct NoAnswer: Error {}

/// A value that one thread leaves for another.
private final class Mutexed<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)

    var value: Value? {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}
