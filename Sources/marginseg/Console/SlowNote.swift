import Foundation

/// A line on standard error for a long step without a measure of its progress: printed once, after two seconds on a
/// terminal, after half a minute elsewhere.
final class SlowNote {
    private let timer = DispatchSource.makeTimerSource(queue: .global())

    init(_ text: String) {
        timer.schedule(deadline: .now() + (Terminal.isInteractive ? 2 : 30))
        timer.setEventHandler { Terminal.write("\(text) …\n") }
        timer.resume()
    }

    /// Says that a file is being read, and its size.
    convenience init(reading url: URL) {
        let bytes = (try? FileManager.default.attributesOfItem(atPath: url.path))?[.size] as? Int ?? 0
        self.init("reading \(shown(url)) (\((bytes + 999_999) / 1_000_000) MB)")
    }

    deinit { end() }

    /// The step is done; nothing is printed any more.
    func end() { timer.cancel() }
}
