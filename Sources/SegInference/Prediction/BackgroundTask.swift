import Dispatch
import Synchronization

/// A piece of work on another thread, such as the writing of a file while the next case is computed.
final class BackgroundTask: Sendable {
    private let group = DispatchGroup()
    private let result = Mutex<Result<Void, any Error>?>(nil)

    /// Begins at once.
    init(_ work: @escaping @Sendable () throws -> Void) {
        DispatchQueue.global(qos: .userInitiated).async(group: group) { [self] in
            let outcome = Result { try work() }
            result.withLock { $0 = outcome }
        }
    }

    /// Whether it has ended without an error.
    var hasSucceeded: Bool {
        result.withLock { if case .success = $0 { true } else { false } }
    }

    /// Waits for the end.
    ///
    /// - Throws: what the work threw.
    func wait() throws {
        group.wait()
        try result.withLock { $0 }?.get()
    }
}
