import Foundation

/// A Python with the libraries that results are compared with: `MARGINSEG_PYTHON`, the one that `Scripts/peers` made, or python3 on
/// the PATH.
public enum PeerPython {
    /// Why a test that needs a module is skipped.
    public static func missing(_ module: String) -> String {
        "no Python with \(module): run Scripts/peers, or set MARGINSEG_PYTHON"
    }

    public static func has(_ module: String) -> Bool { (try? run(["-c", "import \(module)"]).status) == 0 }

    /// Where modules lie that several peers import; never `GOLDEN_DIR`, which has vectors alone.
    public static let modules = TestFolders.package.appending(path: "Tests/Golden")

    /// Standard error goes nowhere.
    public static func run(_ arguments: [String]) throws -> (status: Int32, output: Data) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program, "-c", unblocked] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    /// A test's threads block signals, and what they start inherits that; but Python's pools end their idle processes by a signal,
    /// and would wait for them for ever.
    private static let unblocked = """
        import os, signal, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execv(sys.executable, [sys.executable] + sys.argv[1:])
        """

    public static let program: String = {
        if let named = ProcessInfo.processInfo.environment["MARGINSEG_PYTHON"] { return named }
        let own = TestFolders.package.appending(path: ".peers/bin/python").path
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }()
}
