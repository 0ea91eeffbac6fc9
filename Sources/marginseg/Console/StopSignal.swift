import Dispatch
import Foundation

/// Turns the first SIGINT (Ctrl-C) or SIGTERM into a wish to stop soon; the second has its usual effect.
final class StopSignal: @unchecked Sendable {
    // The wish is read and written under the lock; the sources are set once, in `arm`, by the thread that trains.
    private let lock = NSLock()
    private var isWished = false
    private var sources: [any DispatchSourceSignal] = []
    private let onFirst: @Sendable () -> Void

    /// - Parameter onFirst: tells the user that the first signal was understood.
    init(onFirst: @escaping @Sendable () -> Void) { self.onFirst = onFirst }

    /// Until now signals have their usual effect: before the first step there is nothing to save.
    func arm() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in receive(number) }
            source.resume()
            sources.append(source)
        }
    }

    var isReceived: Bool { lock.withLock { isWished } }

    private func receive(_ number: Int32) {
        let isFirst = lock.withLock {
            defer { isWished = true }
            return !isWished
        }
        guard !isFirst else { return onFirst() }
        signal(number, SIG_DFL)
        kill(getpid(), number)
    }
}
