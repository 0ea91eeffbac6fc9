import DurableFiles
import Foundation
import SwiftProtobuf

/// A file of TensorBoard's that grows as things happen.
///
/// Each call of `append` is one write to the file, so a reader beside sees progress, and whatever ends the program leaves whole
/// records; at most the last one is torn, and readers pass over it. For one writer; not `Sendable`.
public final class EventFile {
    public let url: URL
    private let handle: FileHandle
    /// What was written so far.
    public private(set) var byteCount = 0

    /// Starts a file beside those of earlier sessions.
    ///
    /// - Parameters:
    ///   - folder: is made where it is missing.
    ///   - step: where this session begins. What earlier files say of this and later steps is void: a run that was cut off goes
    ///     on from a checkpoint, which may lie before its last event.
    /// - Throws: `FileError`.
    public init(in folder: URL, from step: Int = 0) throws {
        try FileSystem.makeFolder(folder)
        url = folder.appending(path: try Self.newName(in: folder))
        try DurableFile.write(Data(), to: url)
        do {
            handle = try FileHandle(forWritingTo: url)
        } catch {
            throw FileError(url, "cannot be written", reason: error.localizedDescription)
        }
        var version = WireEvent()
        version.fileVersion = "brain.Event:2"
        version.step = Int64(step)
        var start = WireEvent()
        start.sessionLog.status = .start
        start.step = Int64(step)
        try append([version, start], at: .now)
    }

    deinit {
        // Every write went out unbuffered: closing has nothing left to lose.
        try? handle.close()
    }

    /// What `append` would write, in bytes, but for some tens.
    public static func size(of summaries: [Summary]) throws -> Int {
        try summaries.reduce(0) { $0 + (try $1.wire.serializedData().count) }
    }

    /// Adds what is to be seen at a step.
    ///
    /// - Throws: `FileError`, such as for a full disk.
    public func append(_ summaries: [Summary], step: Int, at date: Date = .now) throws {
        guard !summaries.isEmpty else { return }
        var event = WireEvent()
        event.step = Int64(step)
        event.summary.value = summaries.map(\.wire)
        try append([event], at: date)
    }

    private func append(_ events: [WireEvent], at date: Date) throws {
        var frames = Data()
        for var event in events {
            event.wallTime = date.timeIntervalSince1970
            frames += RecordFrame.framed(try event.serializedData())
        }
        do {
            try handle.write(contentsOf: frames)
            byteCount += frames.count
        } catch {
            throw FileError(url, "cannot be written", reason: error.localizedDescription)
        }
    }

    /// TensorBoard knows its files by `tfevents` and reads them in the order of their names: a number of ten digits, the time,
    /// but above that of every file there, even where the clock was set back.
    private static func newName(in folder: URL) throws -> String {
        let last = try FileSystem.list(folder).compactMap { file in
            file.lastPathComponent.firstMatch(of: /tfevents\.(\d{10})\./).flatMap { Int($0.1) }
        }.max()
        let number = max(Int(Date.now.timeIntervalSince1970), (last ?? 0) + 1)
        let digits = String(number)
        return "events.out.tfevents.\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits).marginseg"
    }
}
