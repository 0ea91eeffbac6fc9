import Foundation

/// The streams that a process is started with.
enum StandardStreams {
    /// Makes sure that a stream without a reader does not end the program, and that no file of ours gets the descriptor of a
    /// closed stream.
    static func prepare() {
        // The write returns an error anyway; the signal would end a training whose messages nobody reads any more.
        signal(SIGPIPE, SIG_IGN)
        // The same holds for a file that would grow beyond the user's limit (`ulimit -f`).
        signal(SIGXFSZ, SIG_IGN)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is this one. The wrong direction keeps reading and writing an error.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes the whole text.
    ///
    /// - Returns: the system's number of the error that ended it; nil where there was none.
    static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno == EAGAIN {
                    // The stream was made non-blocking by whoever shares it.
                    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&request, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
    }
}

/// Results, on standard output.
///
/// Where they cannot be written, the command still does the rest of its work, and `MarginSeg.main` reports it at the end.
func printResult(_ text: String) {
    guard Results.failure == nil else { return }
    Results.failure = StandardStreams.write(text, to: STDOUT_FILENO)
}

/// What became of standard output.
enum Results {
    /// The system's number of the error that ended it; nil while it is whole.
    ///
    /// Commands print from the main thread alone.
    nonisolated(unsafe) fileprivate(set) static var failure: Int32?

    /// What to say of it; nil where there is nothing to say: who closes a pipe has read enough.
    static var complaint: String? {
        guard let failure, failure != EPIPE else { return nil }
        return "Error: the results cannot be written to standard output: \(String(cString: strerror(failure)))\n"
    }
}

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
