import DurableFiles
import Foundation

/// A file of one JSON object a line, appended to as things happen.
///
/// Each line goes out in one write, so a reader (or a crash) sees whole lines.
final class JSONLines {
    private let handle: FileHandle
    private let url: URL
    private let encoder = JSONEncoder.sorted()

    init(_ url: URL) throws {
        if FileSystem.kind(of: url) == .missing { try DurableFile.write("", to: url) }
        do {
            handle = try FileHandle(forWritingTo: url)
            try handle.seekToEnd()
        } catch {
            throw FileError(url, "cannot be written", reason: error.localizedDescription)
        }
        self.url = url
    }

    /// Keeps the lines before the first that is cut short or that `isKept` refuses.
    static func cut(_ url: URL, keeping isKept: (Data) -> Bool) throws {
        guard FileSystem.kind(of: url) == .file else { return }
        let all = try FileSystem.read(url)
        var kept = all.startIndex
        while let end = all[kept...].firstIndex(of: UInt8(ascii: "\n")), isKept(all[kept..<end]) { kept = end + 1 }
        if kept < all.endIndex { try DurableFile.write(all[..<kept], to: url) }
    }

    /// - Throws: `FileError`; then nothing of the line is left, so that the next one begins where it began.
    func append(_ value: some Encodable) throws {
        var line = try encoder.encode(value)
        line.append(UInt8(ascii: "\n"))
        let start = try? handle.offset()
        do {
            try handle.write(contentsOf: line)
            // A checkpoint that follows must not outlive the lines it covers.
            try handle.synchronize()
        } catch {
            if let start { try? handle.truncate(atOffset: start) }
            throw FileError(url, "cannot be written", reason: error.localizedDescription)
        }
    }
}
