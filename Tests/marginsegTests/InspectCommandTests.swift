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

    /// Value 0 is a rare structure in the middle; 1 covers the border and most pixels.
    private func writeRare(to folder: URL, json: String? = nil) throws {
        for part in ["images", "labels"] {
            try FileManager.default.createDirectory(at: folder.appending(path: part), withIntermediateDirectories: true)
        }
        var labels = [UInt8](repeating: 1, count: 64)
        labels[27] = 0
        for index in [18, 19, 20, 21] { labels[index] = 2 }
        for (number, name) in ["a", "b", "c"].enumerated() {
            try PNG.write(
                gray: (0..<64).map { UInt8($0 + number) }, width: 8, height: 8, to: folder.appending(path: "images/\(name).png"))
            try PNG.write(gray: labels, width: 8, height: 8, to: folder.appending(path: "labels/\(name).png"))
        }
        try Data("file,split\na,train\nb,val\nc,test\n".utf8).write(to: folder.appending(path: "split.csv"))
    }

    @Test func aBackgroundIsProposedWithItsReason() throws {
        try withTemporaryFolder { folder in
            try writeRare(to: folder)
            let reason =
                "it covers 100 % of the image border and has 92 % of the pixels; value 0 has 1.6 % of the pixels and 0.0 % of the border"
            let proposed = try Command.run(["inspect", folder.path])
            #expect(
                proposed.output.contains("{name: background, values: [1]}, {name: class_0, values: [0]}"), "\(proposed.output)")
            #expect(
                proposed.output.contains("--set 'data.background=background'")
                    && proposed.output.contains("Background: \(reason)."))

            // The first class counts as the background; it does not look like one.
            let classes = "data.classes=[{name: polyp, values: [0]}, {name: wall, values: [1]}, {name: fold, values: [2]}]"
            let stated = try Command.run(["inspect", folder.path, "--set", classes])
            #expect(stated.status == 0)
            #expect(
                stated.output.contains(
                    "warning  class 'polyp' counts as the background, for it is the first, and is left out of means and curves; "
                        + "'wall' is more likely: \(reason); say data.background: wall, or confirm data.background: polyp"),
                "\(stated.output)")
            for answer in ["polyp", "wall", "none"] {
                let said = try Command.run(["inspect", folder.path, "--set", classes, "--set", "data.background=\(answer)"])
                #expect(said.status == 0 && !said.output.contains("counts as the background"), "\(answer)")
            }
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

    /// As the help and docs/DATA.md write them: quotes for the shell alone.
    @Test(arguments: ["--set data.labels='*_mask.png'", "--set 'data.labels=[*_mask.png]'", "--set \"data.images=null\""])
    func patternsNeedNoFurtherQuotes(_ options: String) throws {
        try withTemporaryFolder { folder in
            for number in 1...4 {
                let name = folder.appending(path: "pairs/\(number)")
                try FileManager.default.createDirectory(
                    at: name.deletingLastPathComponent(), withIntermediateDirectories: true)
                try PNG.write(
                    gray: [UInt8(number), 50, 100, 150, 200, 250, 60, 70], width: 4, height: 2,
                    to: URL(filePath: name.path + ".png"))
                try PNG.write(
                    gray: [0, 1, 1, 0, 0, 0, 0, 0], width: 4, height: 2, to: URL(filePath: name.path + "_mask.png"))
            }
            let command = try Command.shell("\"$M\" inspect pairs --layout pairs \(options)", in: folder)
            #expect(command.status == 0, "\(command.output)\(command.errors)")
            #expect(command.output.contains("layout pairs"))
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
