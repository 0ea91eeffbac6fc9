import Foundation
import Logging
import SegTraining
import Synchronization

/// Sends messages to standard error as they are and, once there is one, to a run's log file with the time.
struct RunLog: LogHandler {
    /// Shared by the copies of the handler.
    private final class File: Sendable {
        private let handle = Mutex<FileHandle?>(nil)

        func open(_ url: URL) throws {
            if !FileManager.default.fileExists(atPath: url.path) { try Data().write(to: url) }
            let new = try FileHandle(forWritingTo: url)
            try new.seekToEnd()
            handle.withLock { $0 = new }
        }

        func write(_ line: String) {
            // A log that cannot be written must not stop a run; the console has the message.
            handle.withLock { try? $0?.write(contentsOf: Data(line.utf8)) }
        }
    }

    private let file = File()
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    /// Said before each message, to tell several processes apart.
    private let speaker: String

    /// A logger, what makes its messages go to a file too, and what writes there alone the error that a command ends with.
    ///
    /// - Parameter place: of the process that speaks; nil: of the only one.
    static func make(
        level: Logger.Level = .info, of place: ProcessPlace? = nil
    ) -> (logger: Logger, open: (URL) throws -> Void, end: (any Error) -> Void) {
        let handler = RunLog(logLevel: level, speaker: place.map { "\($0.name): " } ?? "")
        return (Logger(label: "marginseg") { _ in handler }, handler.file.open, { handler.write(.error, "\($0)") })
    }

    private init(logLevel: Logger.Level, speaker: String) {
        self.logLevel = logLevel
        self.speaker = speaker
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let prefix = event.level >= .warning ? "\(event.level): " : ""
        Terminal.write("\(speaker)\(prefix)\(event.message)\n")
        write(event.level, "\(event.message)")
    }

    /// To the file.
    private func write(_ level: Logger.Level, _ message: String) {
        file.write("\(Date.now.ISO8601Format()) \(level) \(message)\n")
    }
}
