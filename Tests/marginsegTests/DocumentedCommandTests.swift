import Foundation
import TestSupport
import Testing

/// Every command line of README, docs, examples and help, as a shell runs it: understood to the point where its data are missing.
@Suite struct DocumentedCommandTests {
    struct Line: Sendable, CustomTestStringConvertible {
        let place: String
        let command: String

        var testDescription: String { "\(place): \(command)" }
    }

    static let lines: [Line] = pages + examples + help

    private static let pages = texts(["README.md"], in: "") + texts(nil, in: "docs")
    private static let examples = ["", "/studies", "/folds"].flatMap { texts(nil, in: "Examples" + $0) }

    private static let help = (["", "loss"] + CommandTests.subcommands + ["study", "reproduce"]).flatMap { name in
        let words = ["help"] + (name.isEmpty ? [] : [name])
        return commands(of: (try? Command.run(words).output) ?? "", place: words.joined(separator: " "))
    }

    private static func texts(_ names: [String]?, in folder: String) -> [Line] {
        let folder = TestFolders.package.appending(path: folder)
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
        return (names ?? all).filter { $0.hasSuffix(".md") || $0.hasSuffix(".yaml") }.flatMap { name in
            let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
            return commands(of: text, place: name)
        }
    }

    /// Indented lines that begin with the program's name, with the lines that go on after a backslash.
    private static func commands(of text: String, place: String) -> [Line] {
        // The page of data sets abbreviates one argument.
        let one = text.firstMatch(of: /`ONE` stands for [^`]*`([^`]*)`/)?.1 ?? "ONE"
        var commands: [String] = []
        var goesOn = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isIndented = line.hasPrefix("  ") || line.hasPrefix("#   ")
            let words = line.drop { $0 == "#" || $0 == " " }
            if goesOn {
                commands[commands.count - 1] += " " + words
            } else if isIndented, words.hasPrefix("marginseg ") {
                commands.append(String(words))
            } else {
                continue
            }
            goesOn = words.hasSuffix("\\")
            if goesOn { commands[commands.count - 1].removeLast() }
        }
        return commands.map { command in
            // A remark stands behind a column of blanks.
            let bare = command.firstMatch(of: /^(.*?)\s{3,}\S/).map { String($0.1) } ?? command
            return Line(place: place, command: bare.replacing(" ONE", with: " \(one)"))
        }
        .filter { !$0.command.contains("…") }
    }

    @Test func thereAreLinesToRun() {
        for place in ["README.md", "DATA.md", "STUDIES.md", "hippocampus.yaml", "help", "help train", "help inspect"] {
            #expect(Self.lines.contains { $0.place == place }, "\(place)")
        }
    }

    @Test(arguments: lines)
    func isUnderstood(_ line: Line) throws {
        try withTemporaryFolder { folder in
            let files = FileManager.default
            try files.copyItem(
                at: TestFolders.package.appending(path: "Examples"), to: folder.appending(path: "Examples"))
            try Data("preset: quick\ndata: {folder: DATA}\n".utf8).write(to: folder.appending(path: "my.yaml"))
            try files.copyItem(
                at: folder.appending(path: "Examples/studies/ablation.yaml"), to: folder.appending(path: "my-study.yaml"))
            // Where a command would make a folder and work for minutes, a file stands in the way.
            for name in ["demo", "paper", "mine", "studies"] { try Data().write(to: folder.appending(path: name)) }

            let run = try Command.shell("\"$M\"" + line.command.dropFirst("marginseg".count), in: folder)
            #expect(run.status == 0 || run.status == 1, "\(run.errors)")
            guard run.status == 1, let error = run.errorLines.last else { return }
            #expect(error.hasPrefix("Error: ") && !error.hasPrefix("Error: --"), "\(error)")
            // What is missing, or in the way, is one of the words.
            let words = line.command.split { " ,'\"".contains($0) }.map { $0.prefix { $0 != "/" } } + ["DATA"]
            let isMachine = error.hasPrefix("Error: device ")
            #expect(isMachine || words.dropFirst(2).contains { error.contains(folder.lastPathComponent + "/" + $0) }, "\(error)")
        }
    }
}
