import Foundation

/// The streams that a process is started with.
enum StandardStreams {
    /// Makes sure that a stream nobody reads ends nothing, and that no file of ours takes the place of one that is closed.
    static func prepare() {
        // The error of the write tells it; the signal would end a training whose messages nobody reads any more.
        signal(SIGPIPE, SIG_IGN)
        // So is a file that would grow beyond the user's limit (`ulimit -f`).
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
                    // Somebody made the stream one that does not wait.
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
/// Where they cannot be written, the command still does the rest of its work, and `MarginSeg.main` tells it at the end.
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
