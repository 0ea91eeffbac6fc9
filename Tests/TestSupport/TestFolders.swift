import Foundation

/// Where tests find what they did not make themselves.
public enum TestFolders {
    /// The package.
    public static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Reference vectors: `GOLDEN_DIR`, or those of the package.
    public static let golden = environment("GOLDEN_DIR") ?? package.appending(path: "Tests/Golden")

    /// Real data, read in place: `MARGINSEG_DATA`, or a folder beside the package; nil where there is none.
    public static let realData: URL? = {
        let candidate = environment("MARGINSEG_DATA") ?? package.appending(path: "../shared/data").standardized
        return FileManager.default.fileExists(atPath: candidate.path) ? candidate : nil
    }()

    /// The reason a test without real data gives for being skipped.
    public static let noRealData = "no real data: set MARGINSEG_DATA to the folder that holds it"

    private static func environment(_ name: String) -> URL? {
        ProcessInfo.processInfo.environment[name].map { URL(filePath: $0, directoryHint: .isDirectory) }
    }
}

/// Runs `body` with a new empty folder, which is removed afterwards.
public func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(
        path: "marginseg-tests-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
