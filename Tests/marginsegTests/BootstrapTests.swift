import Foundation
import TestSupport
import Testing

/// `Scripts/bootstrap` in a folder of its own, on a PATH where every tool that matters is a stub.
struct BootstrapTests {
    /// A machine on which bootstrap stops, and what it says then.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let situation: String
        var stubs: [String: String?] = [:]
        var files: [String: String] = [:]
        var environment: [String: String] = [:]
        var arguments: [String] = []
        let says: [String]

        var testDescription: String { situation }
    }

    static let refusals = [
        Refusal(
            situation: "no Swift", stubs: ["swift": nil],
            says: ["swift is not on PATH. Install Swift 6.2 or later from https://www.swift.org/install"]),
        Refusal(
            situation: "Swift too old", stubs: ["swift": "echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'"],
            says: ["Swift 5.10.1 (", "is too old: MarginSeg needs 6.2 or later. Install Swift"]),
        Refusal(
            situation: "Apple's Swift too old",
            stubs: ["swift": "echo 'swift-driver version: 1.120.5 Apple Swift version 6.1.2 (swiftlang-6.1.2.1.2)'"],
            says: ["Swift 6.1.2 (", "is too old"]),
        Refusal(
            situation: "something else is called swift", stubs: ["swift": "echo 'swift: object storage client'; exit 1"],
            says: ["does not tell its version; it says: swift: object storage client"]),
        Refusal(
            situation: "no headers of libpng, and not root",
            stubs: ["clang": "echo 'error: missing png.h' >&2; echo 'error: looked' >&2; exit 1", "apt-get": "exit 1"],
            says: ["the compiler does not find the headers of libpng. Type: sudo apt-get install libpng-dev"]),
        Refusal(
            situation: "no headers of libpng, on Fedora",
            stubs: ["clang": "echo 'error: missing png.h' >&2; echo 'error: looked' >&2; exit 1", "dnf": "exit 1"],
            says: ["Type: sudo dnf install libpng-devel"]),
        Refusal(
            situation: "no headers of libpng, on a Mac",
            stubs: [
                "clang": "echo 'error: missing png.h' >&2; echo 'error: looked' >&2; exit 1",
                "uname": Sandbox.uname(system: "Darwin", machine: "arm64"),
            ],
            says: ["Type: brew install libpng"]),
        Refusal(
            situation: "a compiler that does not run", stubs: ["clang": "exit 127"],
            says: ["clang cannot run its preprocessor. Type: "]),
        Refusal(
            situation: "no Python", stubs: ["python3": nil],
            says: ["python3 is needed once", "Type: sudo apt-get install python3. Or set LIBTORCH"]),
        Refusal(
            situation: "Python without pip", stubs: ["python3": #"[ "$1" = -c ]"#],
            says: ["python3 has no pip, which downloads libtorch. Type: sudo apt-get install python3-pip"]),
        Refusal(
            situation: "no network",
            stubs: ["python3": Sandbox.python(download: "echo 'ERROR: Name or service not known' >&2; exit 1")],
            says: [
                "    ERROR: Name or service not known", "pip could not download torch==2.13.0; its last lines are above",
                "Without a network, download on a machine that has one, put the wheels into ",
                "python3 -m pip download --index-url https://download.pytorch.org/whl/cpu --only-binary=:all: "
                    + "--python-version 3.12 --platform manylinux_2_28_x86_64 --no-deps 'torch==2.13.0'",
            ]),
        Refusal(
            situation: "a full disk", stubs: ["df": "echo header; echo /dev/sda 9999999 9000000 512000 95% /"],
            says: ["has 500 MB free; installing takes 1600 MB. Free some, or choose another disk: Scripts/bootstrap --into DIR"]),
        Refusal(
            situation: "a wheel of another version was put there",
            files: [".libtorch/torch-2.12.1-cp311-cp311-manylinux_2_28_x86_64.whl": ""],
            says: [
                "torch-2.12.1-cp311-cp311-manylinux_2_28_x86_64.whl does not fit: expected torch 2.13.0 for Linux x86_64.",
                "Delete it, or put the right one in its place:",
            ]),
        Refusal(
            situation: "a damaged wheel was put there",
            files: [".libtorch/torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl": "half a download"],
            says: ["cannot unpack ", "File is not a zip file. If the file is damaged, delete it"]),
        Refusal(
            situation: "an Intel Mac", stubs: ["uname": Sandbox.uname(system: "Darwin", machine: "x86_64")],
            says: ["PyTorch publishes no libtorch 2.13.0 for Intel Macs. Set LIBTORCH to one that you built."]),
        Refusal(
            situation: "another bootstrap is at work",
            files: [".libtorch/incoming/process": "\(ProcessInfo.processInfo.processIdentifier)"],
            says: ["another bootstrap (process \(ProcessInfo.processInfo.processIdentifier)) is at work in "]),
        Refusal(
            situation: "LIBTORCH is relative", environment: ["LIBTORCH": "torch"],
            says: ["LIBTORCH=torch is not an absolute path. Or unset LIBTORCH, and libtorch 2.13.0 is downloaded."]),
        Refusal(
            situation: "LIBTORCH is no libtorch", environment: ["LIBTORCH": "/nonexistent"],
            says: [
                "LIBTORCH=/nonexistent is no libtorch: expected include/ATen/core/Tensor.h and lib/libtorch_cpu.so in it",
                "Or unset LIBTORCH",
            ]),
        Refusal(
            situation: "LIBTORCH is too old", files: Sandbox.libtorch(version: "2.10.0+cpu"),
            environment: ["LIBTORCH": "$SANDBOX/mine"],
            says: ["is libtorch 2.10.0+cpu; MarginSeg builds against 2.11 to 2.15 (tested: 2.11.0 and 2.13.0). Or unset LIBTORCH"]
        ),
        Refusal(
            situation: "LIBTORCH is too new", files: Sandbox.libtorch(version: "2.16.0a0+git1234567"),
            environment: ["LIBTORCH": "$SANDBOX/mine"],
            says: ["is libtorch 2.16.0a0+git1234567; MarginSeg builds against 2.11 to 2.15 (tested: 2.11.0 and 2.13.0)."]),
        Refusal(
            situation: "LIBTORCH is a CUDA build without CUDA", stubs: ["ldd": "echo '\tlibcudart.so.13 => not found'"],
            files: Sandbox.libtorch(version: "2.13.0+cu130"), environment: ["LIBTORCH": "$SANDBOX/mine"],
            says: ["cannot be loaded: it needs libcudart.so.13. Install the CUDA runtime that it was built with"]),
        Refusal(
            situation: "--cuda with LIBTORCH", environment: ["LIBTORCH": "/somewhere"], arguments: ["--cuda"],
            says: ["--cuda completes .libtorch, but LIBTORCH=/somewhere is set. Unset it, or leave --cuda out."]),
        Refusal(
            situation: "unknown option", arguments: ["--gpu"],
            says: ["unknown option --gpu. Options: --check, --cuda, --into DIR, --torch V, --help."]),
        Refusal(
            situation: "a libtorch that is not supported", arguments: ["--torch", "2.10.0"],
            says: ["MarginSeg builds against libtorch 2.11 to 2.15 (tested: 2.11.0 and 2.13.0), not 2.10.0."]),
        Refusal(
            situation: "no version", arguments: ["--torch", "newest"], says: ["--torch needs a version, such as 2.13.0."]),
    ]

    @Test(arguments: refusals)
    func refusesAndSaysWhatToDo(refusal: Refusal) throws {
        let sandbox = try Sandbox(stubs: refusal.stubs, files: refusal.files)
        defer { sandbox.remove() }
        let result = try sandbox.bootstrap(refusal.arguments, environment: refusal.environment)
        #expect(result.status == 1)
        for sentence in refusal.says {
            #expect(result.output.contains(sentence), "\(refusal.situation) said: \(result.output)")
        }
    }

    @Test(
        "a libtorch of the user's is taken as it is",
        arguments: [
            Sandbox.libtorch(version: "2.11.0"), Sandbox.libtorch(version: "2.15.2+cpu"),
            Sandbox.libtorch(version: nil, header: "torch/headeronly/version.h"),
            Sandbox.libtorch(version: nil, header: "torch/csrc/api/include/torch/version.h"),
        ])
    func takesUserLibtorch(files: [String: String]) throws {
        let sandbox = try Sandbox(stubs: ["python3": nil], files: files)
        defer { sandbox.remove() }
        let result = try sandbox.bootstrap(environment: ["LIBTORCH": "$SANDBOX/mine"])
        #expect(result == Sandbox.Result(status: 0, output: ""))
    }

    @Test func checkReportsEverythingThatIsMissingAndInstallsNothing() throws {
        let sandbox = try Sandbox(stubs: ["swift": nil, "clang": "echo 'error: missing zlib.h' >&2; echo 'error: looked' >&2"])
        defer { sandbox.remove() }
        let result = try sandbox.bootstrap(["--check"])
        #expect(result.status == 1)
        for finding in [
            "Swift        missing\n", "C libraries  missing: zlib\n", "libtorch     missing\n",
            "Type: sudo apt-get install zlib1g-dev", "Type: Scripts/bootstrap",
        ] {
            #expect(result.output.contains(finding), "\(result.output)")
        }
        #expect(!sandbox.holds(".libtorch"))
    }

    /// GDCM is for DICOM alone: without it all else is built, and bootstrap says what is not read.
    @Test func goesOnWithoutGDCM() throws {
        let sandbox = try Sandbox(files: Sandbox.libtorch(version: "2.13.0"))
        defer { sandbox.remove() }
        let result = try sandbox.bootstrap(environment: ["LIBTORCH": "$SANDBOX/mine", "GDCM": "$SANDBOX/none"])
        #expect(result.status == 0 && result.output.contains("JPEG in DICOM will not be read"), "\(result.output)")
    }

    @Test func installsSystemPackagesAsRoot() throws {
        // The compiler finds libpng once apt-get has installed something.
        let sandbox = try Sandbox(
            stubs: [
                "id": "echo 0",
                "apt-get": #"echo "$DEBIAN_FRONTEND apt-get $*" >>"$SANDBOX/apt.log""#,
                "clang": """
                grep -q install "$SANDBOX/apt.log" 2>/dev/null || echo 'error: missing png.h' >&2
                echo 'error: looked' >&2
                """,
            ], files: Sandbox.libtorch(version: "2.13.0"))
        defer { sandbox.remove() }
        let result = try sandbox.bootstrap(environment: ["LIBTORCH": "$SANDBOX/mine"])
        #expect(result == Sandbox.Result(status: 0, output: "bootstrap: installing libpng-dev\n"))
        #expect(
            try sandbox.text(of: "apt.log")
                == " apt-get update\nnoninteractive apt-get install -y --no-install-recommends libpng-dev\n")
    }

    @Test(.enabled(if: Sandbox.realPython != nil, "unpacking a wheel takes a python3"))
    func unpacksAWheelWithoutNetworkAndThenNeedsNoPython() throws {
        // A torch without the stamp and a folder of a dead process: what an interrupted bootstrap may leave.
        let sandbox = try Sandbox(
            stubs: ["python3": Sandbox.python(download: "exit 1")],
            files: [".libtorch/torch/lib/half": "", ".libtorch/incoming/process": "", ".libtorch/incoming/unpacked/half": ""])
        defer { sandbox.remove() }
        try sandbox.makeWheel(
            ".libtorch/torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl", Sandbox.torchWheel(version: "2.13.0+cpu"))

        let first = try sandbox.bootstrap()
        #expect(
            first == Sandbox.Result(status: 0, output: "bootstrap: unpacking libtorch into \(sandbox.path)/.libtorch/torch\n"))
        #expect(sandbox.holds(".libtorch/torch/include/ATen/core/Tensor.h"))
        #expect(sandbox.holds(".libtorch/torch/dist-info/licenses/LICENSE"))
        #expect(!sandbox.holds(".libtorch/torch/lib/libtorch_python.so"))
        #expect(!sandbox.holds(".libtorch/torch/nn/__init__.py"))
        #expect(!sandbox.holds(".libtorch/torch/lib/half"))
        #expect(!sandbox.holds(".libtorch/incoming"))
        #expect(FileManager.default.isExecutableFile(atPath: sandbox.path + "/.libtorch/torch/lib/libtorch_cpu.so"))

        try sandbox.stub(["python3": nil])
        #expect(try sandbox.bootstrap() == Sandbox.Result(status: 0, output: ""))
        let check = try sandbox.bootstrap(["--check"])
        #expect(check.status == 0)
        let found = "libtorch     2.13.0+cpu     \(sandbox.path)/.libtorch/torch (tested: 2.11.0 and 2.13.0)\n"
        #expect(check.output.contains(found))
        #expect(check.output.contains("CUDA         none"))
    }

    @Test(.enabled(if: Sandbox.realPython != nil, "unpacking a wheel takes a python3"))
    func fetchesWhatACUDABuildLoads() throws {
        let nvidia = "nvidia_cuda_runtime-13.0.96-py3-none-manylinux_2_17_x86_64.whl"
        let sandbox = try Sandbox(stubs: [
            "python3": Sandbox.python(
                download: #"echo "$*" >>"$SANDBOX/pip.log"; cp "$SANDBOX/\#(nvidia)" "$SANDBOX/.libtorch/incoming/wheels""#),
            "ldd": #"[ -e "$SANDBOX/.libtorch/nvidia/cu13/lib/libcudart.so.13" ] || printf '\tlibcudart.so.13 => not found\n'"#,
        ])
        defer { sandbox.remove() }
        try sandbox.makeWheel(
            ".libtorch/torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl", Sandbox.torchWheel(version: "2.13.0+cu130"))
        try sandbox.makeWheel(
            nvidia,
            [
                "nvidia/cu13/lib/libcudart.so.13": "library", "nvidia/cu13/include/cuda.h": "header",
                "nvidia_cuda_runtime-13.0.96.dist-info/licenses/License.txt": "licence",
            ])

        let result = try sandbox.bootstrap()
        #expect(result.status == 0, "\(result.output)")
        #expect(try sandbox.text(of: "pip.log").hasSuffix("cuda-toolkit[cudart,cupti]==13.0.3\n"))
        #expect(sandbox.holds(".libtorch/nvidia/cu13/lib/libcudart.so.13"))
        #expect(sandbox.holds(".libtorch/nvidia/nvidia_cuda_runtime-13.0.96.dist-info/licenses/License.txt"))
        #expect(!sandbox.holds(".libtorch/nvidia/cu13/include"))
        #expect(try sandbox.bootstrap() == Sandbox.Result(status: 0, output: ""))
    }
}

/// A temporary folder with a copy of nothing but `Scripts/bootstrap`, and a `bin` that is the whole PATH.
private struct Sandbox {
    /// What a run left: its exit code, and standard output and error in the order in which they were written.
    struct Result: Equatable {
        let status: Int32
        let output: String
    }

    let folder: URL
    var path: String { folder.path }

    /// Tools whose behaviour does not matter here; bootstrap gets the real ones.
    static let ordinaryTools = [
        "awk", "bash", "cat", "cp", "cut", "df", "dirname", "grep", "head", "ls", "mkdir", "mktemp", "mv", "paste", "rm", "sed",
        "sort", "tail", "touch", "tr",
    ]

    /// A machine on which nothing is wrong but that libtorch is missing: Linux, an ordinary user.
    static let healthyMachine: [String: String?] = [
        "swift": "echo 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'",
        "clang": "echo 'error: looked' >&2; exit 1",
        "uname": uname(system: "Linux", machine: "x86_64"),
        "id": "echo 1000",
        "ldd": "exit 1",
        "python3": python(download: "exit 1"),
    ]

    static func uname(system: String, machine: String) -> String {
        #"[ "$1" = -m ] && echo \#(machine) || echo \#(system)"#
    }

    /// A python3 whose pip downloads by that command; the rest is the real one's work, where there is one.
    static func python(download: String) -> String {
        """
        case "$1 $2 $3" in
        '-m pip --version') exit 0 ;;
        '-m pip download') \(download) ;;
        *) exec '\(realPython ?? "false")' "$@" ;;
        esac
        """
    }

    /// The interpreter itself: what PATH finds may be a version manager's script that works on no other PATH.
    static let realPython: String? = {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import sys; print(sys.executable)"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines) : nil
    }()

    /// The files of a libtorch in the sandbox's folder `mine`, with its version in version.py or in a header.
    static func libtorch(version: String?, header: String? = nil) -> [String: String] {
        var files = ["mine/include/ATen/core/Tensor.h": "", "mine/lib/libtorch_cpu.so": ""]
        if let version { files["mine/version.py"] = "__version__ = '\(version)'\n" }
        if let header {
            files["mine/include/" + header] = """
                #define TORCH_VERSION_MAJOR 2
                #define TORCH_VERSION_MINOR 14
                #define TORCH_VERSION_PATCH 0
                """
        }
        return files
    }

    /// The entries of a wheel of torch that matter, and two that must not be unpacked.
    static func torchWheel(version: String) -> [String: String] {
        [
            "torch/version.py": "__version__ = '\(version)'\n",
            "torch/include/ATen/core/Tensor.h": "#pragma once\n",
            "torch/lib/libtorch_cpu.so": "library",
            "torch/lib/libtorch_python.so": "library",
            "torch/nn/__init__.py": "",
            "torch-2.13.0.dist-info/METADATA":
                "Requires-Dist: cuda-toolkit[cublas,cudart,cupti]==13.0.3; platform_system == \"Linux\"\n",
            "torch-2.13.0.dist-info/licenses/LICENSE": "licence",
        ]
    }

    init(stubs: [String: String?] = [:], files: [String: String] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("bootstrap-" + UUID().uuidString)
        let bin = folder.appendingPathComponent("bin")
        try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
        for tool in Self.ordinaryTools {
            let original = try #require(["/usr/bin/", "/bin/"].map { $0 + tool }.first(where: FileManager.default.fileExists))
            try FileManager.default.createSymbolicLink(atPath: bin.path + "/" + tool, withDestinationPath: original)
        }
        try stub(Self.healthyMachine)
        try stub(stubs)
        let script = TestFolders.package.appending(path: "Scripts/bootstrap")
        try write(String(contentsOf: script, encoding: .utf8), to: "Scripts/bootstrap")
        try write("", to: "gdcm/include/gdcm-3.0/gdcmReader.h")
        try write("", to: "gloo/include/gloo/transport/device.h")
        try write("", to: "Sources/TorchBinding/processes.cpp")
        for (name, text) in files { try write(text, to: name) }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Puts shell scripts on the PATH; nil takes the tool away.
    func stub(_ stubs: [String: String?]) throws {
        for (tool, body) in stubs {
            let place = folder.appendingPathComponent("bin/" + tool)
            try? FileManager.default.removeItem(at: place)
            guard let body else { continue }
            try Data("#!\(path)/bin/bash\n\(body)\n".utf8).write(to: place)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.path)
        }
    }

    func write(_ text: String, to name: String) throws {
        let place = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: place)
    }

    func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    func text(of name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// A wheel is a zip file; libraries in it are executable, as in PyTorch's.
    func makeWheel(_ name: String, _ entries: [String: String]) throws {
        let source = folder.appendingPathComponent("entries-" + UUID().uuidString)
        for (entry, text) in entries { try write(text, to: source.lastPathComponent + "/" + entry) }
        let program = """
            import os, sys, zipfile
            os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
            with zipfile.ZipFile(sys.argv[1], "w") as wheel:
                for folder, _, names in os.walk(sys.argv[2]):
                    for name in names:
                        path = os.path.join(folder, name)
                        os.chmod(path, 0o755 if ".so" in name else 0o644)
                        wheel.write(path, os.path.relpath(path, sys.argv[2]))
            """
        let result = try Self.run(
            try #require(Self.realPython), ["-c", program, path + "/" + name, source.path], environment: [:], in: folder)
        try #require(result.status == 0, "\(result.output)")
    }

    /// Runs bootstrap with nothing else in its environment. `$SANDBOX` in a value stands for the folder.
    func bootstrap(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> Result {
        var complete = environment.mapValues { $0.replacingOccurrences(of: "$SANDBOX", with: path) }
        complete["PATH"] = path + "/bin"
        complete["HOME"] = path
        // GDCM and Gloo's headers are there, whatever this machine has.
        complete["GDCM"] = complete["GDCM"] ?? path + "/gdcm"
        complete["GLOO"] = complete["GLOO"] ?? path + "/gloo"
        complete["SANDBOX"] = path
        return try Self.run(path + "/bin/bash", [path + "/Scripts/bootstrap"] + arguments, environment: complete, in: folder)
    }

    private static func run(
        _ program: String, _ arguments: [String], environment: [String: String], in folder: URL
    ) throws -> Result {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
    }
}
