import Foundation

/// Standard error, where messages and progress go. Where it cannot be written, they are lost and the work goes on.
enum Terminal {
    /// Whether a line can be drawn over: a terminal that calls itself dumb cannot go back to a line's beginning.
    static let isInteractive = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    static func write(_ text: String) { _ = StandardStreams.write(text, to: STDERR_FILENO) }

    /// Columns of the window; 80 where there is none.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
