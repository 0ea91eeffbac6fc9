import Foundation

/// Standard error, where messages and progress go.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1

    static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Columns of the window; 80 where there is none.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Results, on standard output.
func printResult(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
}
