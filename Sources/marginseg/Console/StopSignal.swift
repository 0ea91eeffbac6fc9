import Dispatch
import Foundation
import Synchronization

/// Turns the first SIGINT (Ctrl-C), SIGTERM or SIGHUP (a lost connection) into a request to stop soon. A second SIGINT or SIGTERM has
/// its usual effect if it comes a second later or more: `timeout`, and shells that pass a signal on, send one request twice.
final class StopSignal: Sendable {
    private let firstRequest = Mutex<ContinuousClock.Instant?>(nil)
    private let onFirst: @Sendable () -> Void

    /// Signals that come closer together are one request.
    private static let pause = Duration.seconds(1)

    /// - Parameter onFirst: tells the user that the first signal was understood.
    init(onFirst: @escaping @Sendable () -> Void) { self.onFirst = onFirst }

    /// Until now signals have their usual effect: before the first step there is nothing to save.
    func arm() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // `nohup` starts a program with SIGHUP ignored, and it is to stay so.
            if Self.isIgnored(signal(number, SIG_IGN)), number == SIGHUP { continue }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The handler keeps its source alive, as long as the program runs.
            source.setEventHandler { [self] in withExtendedLifetime(source) { receive(number) } }
            source.resume()
        }
    }

    var isReceived: Bool { firstRequest.withLock { $0 != nil } }

    private func receive(_ number: Int32) {
        let now = ContinuousClock.now
        let first = firstRequest.withLock { request in
            defer { request = request ?? now }
            return request
        }
        guard let first else { return onFirst() }
        guard number != SIGHUP, now - first >= Self.pause else { return }
        signal(number, SIG_DFL)
        // Whoever started the program may have had the signal blocked, which is inherited: it would wait for ever.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        kill(getpid(), number)
    }

    private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        // SIG_IGN is the address 1, on Linux and macOS; functions cannot be compared.
        unsafeBitCast(handler, to: UInt.self) == 1
    }
}
