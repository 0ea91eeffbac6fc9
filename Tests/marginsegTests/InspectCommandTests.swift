import Foundation
import MedicalImages
import TestSupport
import Testing

/// `inspect` on data sets: its exit code, its page, and what it says.
@Suite struct InspectCommandTests {
    /// Pairs of 4×2 pixels; the first and the third picture are the same where `isDoubled`.
    private func write(to folder: URL, isDoubled: Bool = false, isBroken: Bool = false) throws {
        for part in ["images", "labels"] {
            try FileManager.default.createDirectory(at: folder.appending(path: part), withIntermediateDirectories: true)
        }
        for (number, name) in ["a", "b", "c", "d"].enumerated() {
            let first = isDoubled && number == 2 ? 0 : UInt8(number)
            try PNG.write(
                gray: [first, 50, 100, 150, 200, 250, 60, 70], width: 4, height: 2,
                to: folder.appending(path: "images/\(name).png"))
            try PNG.write(gray: [0, 1, 1, 0, 0, 0, 0, 0], width: 4, height: 2, to: folder.appending(path: "labels/\(name).png"))
        }
        if isBroken { try Data("none".utf8).write(to: folder.appending(path: "images/b.png")) }
        try Data("file,split\na,train\nb,val\nc,test\nd,train\n".utf8).write(to: folder.appending(path: "split.csv"))
    }

    @Test(
        arguments: [
            (false, false, [], 0), (true, false, [], 0), (true, false, ["--strict"], 1), (false, true, [], 1),
            (false, false, ["--strict"], 0), (false, false, ["--layout", "folders"], 0),
            (false, false, ["--layout", "pairs"], 1),
        ] as [(Bool, Bool, [String], Int32)])
    func theExitCodeTellsWhatWasFound(isDoubled: Bool, isBroken: Bool, options: [String], status: Int32) throws {
        try withTemporaryFolder { folder in
            try write(to: folder, isDoubled: isDoubled, isBroken: isBroken)
            let command = try Command.run(["inspect", folder.path] + options)
            #expect(command.status == status, "\(command.output)\(command.errors)")
            #expect(command.output.contains("warning  1 image with equal content in several splits") == isDoubled)
        }
    }

    @Test func writesAPage() throws {
        try withTemporaryFolder { folder in
            try write(to: folder)
            let page = folder.appending(path: "page.html")
            let command = try Command.run(["inspect", folder.path, "--html", page.path])
            #expect(command.status == 0, "\(command.errors)")
            let html = try String(contentsOf: page, encoding: .utf8)
            for word in ["Problems", "Intensities", "Samples", "images/ and labels/ with equal names", "<svg", "data:image/png"] {
                #expect(html.contains(word), "\(word)")
            }
        }
    }

    @Test func optionsOfDataSetsAreRefusedForFiles() throws {
        try withTemporaryFolder { folder in
            try write(to: folder)
            let command = try Command.run(["inspect", folder.appending(path: "images/a.png").path, "--strict"])
            #expect(command.status == 64)
            #expect(command.errors.contains("--strict is for data sets"))
        }
    }
}
