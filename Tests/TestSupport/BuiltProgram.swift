import Foundation

/// Programs of this package, built beside the tests.
public enum BuiltProgram {
    /// The program of that name; nil where it was not built.
    public static func url(named name: String) -> URL? {
        let starts = [URL(filePath: CommandLine.arguments[0]), Bundle.main.bundleURL, Bundle(for: Token.self).bundleURL]
        for start in starts {
            var folder = start.absoluteURL.standardizedFileURL
            // On macOS the tests lie within a bundle.
            for _ in 0..<5 {
                let candidate = folder.appending(path: name)
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
                    return candidate
                }
                folder.deleteLastPathComponent()
            }
        }
        return nil
    }

    private final class Token {}
}
