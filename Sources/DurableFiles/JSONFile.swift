import Foundation

/// JSON files of a form with a number, which rises when a reader of the old form could not read the new one.
public enum JSONFile {
    private struct Form: Decodable { let format: Int }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - words: what the file should be, such as `an evaluation`.
    ///   - newest: the number of the newest form that this program reads.
    ///   - writer: the command that writes such files.
    /// - Throws: `FileError` for a file that cannot be read, is something else, or has a newer form.
    public static func read<Value: Decodable>(
        _ type: Value.Type, _ url: URL, as words: String, newest: Int, writer: String
    ) throws -> Value {
        let data = try FileSystem.read(url)
        if let format = try? JSONDecoder().decode(Form.self, from: data).format, format > newest {
            throw FileError(
                url, "cannot be used as \(words)",
                reason: "its form \(format) is newer than this program's \(newest); update marginseg")
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw FileError(url, "cannot be used as \(words)", reason: "it is not what `\(writer)` writes")
        }
    }
}
