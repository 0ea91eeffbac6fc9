import Foundation
import SegReports

/// Progress of work of known length on standard error: a bar with the time left on a terminal, and elsewhere a plain line
/// now and then.
final class ProgressBar {
    private let title: String
    private let total: Int
    /// Done before the bar was shown; the time left is estimated from the rest.
    private let first: Int
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?
    /// Columns that the bar covers now.
    private var drawn = 0
    /// Until something is done: one file may take long.
    private let waiting: SlowNote

    /// Seconds between two drawings of a bar, and between two plain lines.
    private static let redraw = 0.1
    private static let plainLine = 30.0

    /// - Parameter items: what people count, where steps of the bar are smaller.
    init(_ title: String, total: Int, first: Int = 0, items: Int? = nil) {
        self.title = title
        self.total = total
        self.first = first
        waiting = SlowNote("\(title): the first of \(items ?? total - first)")
    }

    /// - Parameters:
    ///   - note: shown beside the bar, such as the loss.
    ///   - left: the seconds left, where the caller knows better than the pace so far.
    func update(_ done: Int, note: String = "", left: Double? = nil) {
        waiting.end()
        let now = ContinuousClock.now
        let pause = Terminal.isInteractive ? Self.redraw : Self.plainLine
        if let lastShown, (now - lastShown) / .seconds(1) < pause { return }
        // A plain line at once would say nothing.
        if lastShown == nil, !Terminal.isInteractive {
            lastShown = now
            return
        }
        lastShown = now
        let seconds = (now - start) / .seconds(1)
        let secondsLeft = left ?? (done > first ? seconds / Double(done - first) * Double(total - done) : nil)
        let left = secondsLeft.map { ReportNumbers.duration($0) + " left" } ?? ""
        let share = total > 0 ? Double(done) / Double(total) : 1
        let percent = String(format: "%3.0f %%", share * 100)
        let rest = [percent, note, left].filter { !$0.isEmpty }.joined(separator: "  ")
        if Terminal.isInteractive {
            let room = max(5, min(30, Terminal.width - title.count - rest.count - 6))
            let filled = Int(share * Double(room))
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled)
            draw("\(title) \(bar) \(rest)")
        } else {
            Terminal.write("\(title): \(rest)\n")
        }
    }

    /// Removes the bar; the caller prints the outcome.
    func finish() {
        waiting.end()
        guard drawn > 0 else { return }
        draw("")
        Terminal.write("\r")
    }

    /// Over what is drawn there: blanks clear a line on any terminal, without its own codes.
    private func draw(_ line: String) {
        Terminal.write("\r" + line + String(repeating: " ", count: max(0, drawn - line.count)))
        drawn = line.count
    }
}
