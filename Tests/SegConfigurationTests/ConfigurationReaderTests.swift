import Foundation
import TestSupport
import Testing

@testable import SegConfiguration

@Suite struct ConfigurationReaderTests {
    /// A file's text, arguments, and what the configuration then says.
    struct Layers: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var yaml = ""
        var preset: String?
        var overrides: [String] = []
        let seen: @Sendable (RunConfiguration) -> String
        let expected: String
    }

    private static let both = "{name: a, objective: cross_entropy, epochs: 3}"

    static let layers = [
        Layers(
            testDescription: "no file at all: the preset quick", seen: { "\($0.training.batchSize) \($0.input.fit.size)" },
            expected: "8 96×96 (rows × columns)"),
        Layers(
            testDescription: "the file over the preset", yaml: "training: {batch_size: 3}",
            seen: { "\($0.training.batchSize) \($0.training.seed)" }, expected: "3 1"),
        Layers(
            testDescription: "--set over the file, the last one wins", yaml: "training: {batch_size: 3, seed: 9}",
            overrides: ["training.batch_size=5", "training.batch_size=6"],
            seen: { "\($0.training.batchSize) \($0.training.seed)" }, expected: "6 9"),
        Layers(
            testDescription: "the file names its preset", yaml: "preset: paper-ct", seen: { "\($0.network.features)" },
            expected: "[16, 32, 64, 128, 256]"),
        Layers(
            testDescription: "--preset over the file's", yaml: "preset: paper-ct\ndata: {images: scans}", preset: "quick",
            seen: { "\($0.network.features) \($0.data.images) \($0.data.labels)" }, expected: "[8, 16, 32, 64, 128] scans "),
        Layers(
            testDescription: "label values as ranges, the first of them for predictions",
            overrides: ["data.classes=[{name: background, values: [0-127]}, {name: polyp, values: [255, 128-254]}]"],
            seen: { "\($0.data.classes.map { "\($0.values.count) from \($0.values[0])" })" },
            expected: #"["128 from 0", "128 from 255"]"#),
        Layers(
            testDescription: "an element of a list by its number", overrides: ["training.stages.0.epochs=5"],
            seen: { "\($0.training.stages.map(\.epochs)) \($0.training.stages[0].objective)" }, expected: "[5, 10] cross_entropy"),
        Layers(
            testDescription: "an element of a list in the file", yaml: "training:\n  stages:\n    1: {objective: cross_entropy}",
            seen: { "\($0.training.stages.map(\.objective))" }, expected: #"["cross_entropy", "cross_entropy"]"#),
        Layers(
            testDescription: "a whole list", overrides: ["training.stages=[\(both)]"],
            seen: {
                "\($0.training.stages.map(\.epochs)) \($0.training.stages[0].learningRate) \($0.training.stages[0].schedule)"
            },
            expected: "[3] 0.0001 poly"),
        Layers(
            testDescription: "a number inside a list of numbers", overrides: ["network.dropout.4=0.25"],
            seen: { "\($0.network.dropout)" },
            expected: "[0.0, 0.0, 0.1, 0.2, 0.25]"),
        Layers(
            testDescription: "one alternative replaces another", yaml: "input: {fit: {pad: [40, 48]}}",
            seen: { "\($0.input.fit == .pad(to: .init(height: 40, width: 48)))" },
            expected: "true"),
        Layers(
            testDescription: "windows instead of whole planes, and a crop of the picture beside them",
            yaml: "input: {fit: {crop: [40, 48]}, crop: [1, 2, 30, 20], spacing: [1, 0.5]}",
            seen: {
                "\($0.input.fit == .crop(to: .init(height: 40, width: 48), foreground: 0.33)) "
                    + "\($0.input.spacing == .init(rows: 1, columns: 0.5)) \($0.input.crop == .box(.init(x: 1, y: 2, width: 30, height: 20)))"
            },
            expected: "true true true"),
        Layers(
            testDescription: "an alternative over a word", yaml: "input: {normalization: {percentiles: [1, 99]}}",
            seen: { "\($0.input.normalization == .percentiles(low: 1, high: 99))" }, expected: "true"),
        Layers(
            testDescription: "a word over an alternative", yaml: "input: {normalization: z_score}", preset: "paper-ct",
            seen: { "\($0.input.normalization == .zScore)" }, expected: "true"),
        Layers(
            testDescription: "an alternative of the command line over the file's",
            yaml: "input: {normalization: {window: [0, 9]}}",
            overrides: ["input.normalization={range: [0, 1]}"], seen: { "\($0.input.normalization == .range(low: 0, high: 1))" },
            expected: "true"),
        Layers(
            testDescription: "the same alternative keeps what stands beside it",
            yaml: "input: {fit: {resize: [64, 64], by: bilinear}}",
            overrides: ["input.fit.resize=[32, 48]"],
            seen: { "\($0.input.fit == .resize(to: .init(height: 32, width: 48), by: .bilinear))" }, expected: "true"),
        Layers(
            testDescription: "an equals sign in a value", overrides: ["data.folder=/a=b"], seen: { $0.data.folder ?? "none" },
            expected: "/a=b"),
        Layers(
            testDescription: "keys in quotes", yaml: #""training": {"seed": 7}"#, seen: { "\($0.training.seed)" }, expected: "7"),
        Layers(
            testDescription: "anchors", yaml: "training: {seed: &n 7, batch_size: *n}",
            seen: { "\($0.training.seed) \($0.training.batchSize)" }, expected: "7 7"),
        Layers(
            testDescription: "a file of comments", yaml: "# nothing yet\n", seen: { $0.data.folder ?? "none" }, expected: "none"),
        Layers(testDescription: "no data folder", yaml: "data: {folder: }", seen: { $0.data.folder ?? "none" }, expected: "none"),
        Layers(
            testDescription: "an absolute data folder", yaml: "data: {folder: /data/ct}", seen: { $0.data.folder ?? "none" },
            expected: "/data/ct"),
        Layers(
            testDescription: "a data folder relative to the file", yaml: "data: {folder: ../ct}",
            seen: { $0.data.folder ?? "none" }, expected: "FOLDER/ct"),
        Layers(
            testDescription: "a data folder of the command line", yaml: "data: {folder: ../ct}", overrides: ["data.folder=mr"],
            seen: { $0.data.folder ?? "none" }, expected: FileManager.default.currentDirectoryPath + "/mr"),
        Layers(
            testDescription: "a start relative to the file",
            yaml: "training: {stages: [{name: a, objective: cross_entropy, epochs: 1, from: runs/pre}]}",
            seen: { $0.training.stages[0].from ?? "none" }, expected: "FOLDER/configurations/runs/pre"),
        Layers(
            testDescription: "a start of the command line", overrides: ["training.stages.0.from=pre"],
            seen: { $0.training.stages[0].from ?? "none" }, expected: FileManager.default.currentDirectoryPath + "/pre"),
        Layers(
            testDescription: "a folder below the home folder", overrides: ["data.folder=~/ct"],
            seen: { $0.data.folder ?? "none" },
            expected: FileManager.default.homeDirectoryForCurrentUser.appending(path: "ct").path),
        Layers(
            testDescription: "null for keys that can be left out",
            yaml: "data: {folder: null, layout: ~, task: null, overlaps: null, fold: null}\ninput: {crop: null, spacing: null}",
            seen: {
                "\($0.data.folder == nil) \($0.data.layout == nil) \($0.data.task == nil) \($0.data.overlaps == nil) "
                    + "\($0.data.fold == nil) \($0.input.crop == nil) \($0.input.spacing == nil)"
            },
            expected: "true true true true true true true"),
        Layers(
            testDescription: "null takes back what stands below",
            yaml: "input: {spacing: [1, 1]}\ndata: {images: scans, labels: drawn}",
            overrides: ["input.spacing=null", "data.images=null", "data.labels="],
            seen: { "\($0.input.spacing == nil) \($0.data.images.patterns) \($0.data.labels.patterns)" }, expected: "true [] []"),
        Layers(
            testDescription: "a folder that is called null", overrides: ["data.images='null'"],
            seen: { "\($0.data.images.patterns)" }, expected: #"["null"]"#),
        Layers(
            testDescription: "null in a stage stands for the default",
            overrides: ["training.stages.0.learning_rate=null", "training.stages.0.schedule=null"],
            seen: { "\($0.training.stages[0].learningRate) \($0.training.stages[0].schedule)" }, expected: "0.0001 poly"),
        Layers(
            testDescription: "an alternative that the command line replaced is no unknown key",
            yaml: "input: {fit: {crop: [64, 64], foreground: 0.5}}", overrides: ["input.fit={pad: [32, 32]}"],
            seen: { "\($0.input.fit == .pad(to: .init(height: 32, width: 32)))" }, expected: "true"),
        Layers(
            testDescription: "offsets that only the counts can refuse",
            overrides: ["training.stages.1.objective=margin(nu=1e-9)"],
            seen: { $0.training.stages[1].objective }, expected: "margin(nu=1e-9)"),
    ]

    @Test(arguments: layers)
    func completesAPreset(_ row: Layers) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "configurations/run.yaml")
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(row.yaml.utf8).write(to: file)
            let configuration = try ConfigurationReader(file: file, preset: row.preset, overrides: row.overrides).configuration()
            let seen = row.seen(configuration).replacingOccurrences(of: folder.standardizedFileURL.path, with: "FOLDER")
            #expect(seen == row.expected)
        }
    }

    /// Through a file, and through the JSON of a checkpoint; lists of whole numbers stay what they are.
    @Test(arguments: [
        ("[0-127]", "[255, 128-254]", #"["0-127"],[255,"128-254"]"#), ("[0, 3]", "[1, 2]", "[0,3],[1,2]"),
        ("[-5--1, 0]", "['7', 0x10]", #"["-5--1",0],[7,16]"#),
    ])
    func labelRangesSurvive(_ first: String, _ second: String, _ json: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.yaml")
            try Data("data: {classes: [{name: a, values: \(first)}, {name: b, values: \(second)}]}".utf8).write(to: file)
            let configuration = try ConfigurationReader(file: file).configuration()
            try JSONEncoder().encode(configuration).write(to: file)
            #expect(try ConfigurationReader(file: file).configuration().data.classes == configuration.data.classes)
            let encoded = try configuration.data.classes.map {
                String(decoding: try JSONEncoder().encode($0.ranges), as: UTF8.self)
            }
            #expect(encoded.joined(separator: ",") == json)
            #expect(
                try JSONDecoder().decode([ClassConfiguration].self, from: JSONEncoder().encode(configuration.data.classes))
                    == configuration.data.classes)
        }
    }

    @Test(arguments: ["9-3", "a-b", "0-70000", "1.5"])
    func rangesThatAreNoneAreRefused(_ text: String) {
        let message = messageThrown {
            _ = try ConfigurationReader(file: nil, preset: "quick", overrides: ["data.classes.1.values=[\(text)]"])
                .configuration()
        }
        #expect(
            message?.contains("expected a label value or a range of 65536 at most, such as 255 or 0-127") == true,
            "\(message ?? "")")
    }

    /// A value of the command line, and the patterns or the objective that it means.
    static let words: [(argument: String, means: [String])] = [
        ("*_mask.png", ["*_mask.png"]),
        ("*/ct.nii.gz", ["*/ct.nii.gz"]),
        ("[*/a.nii.gz, */b.nii.gz]", ["*/a.nii.gz", "*/b.nii.gz"]),
        ("[*/a.nii.gz,*/b.nii.gz]", ["*/a.nii.gz", "*/b.nii.gz"]),
        ("['*/a.nii.gz', \"*/b, c.nii.gz\"]", ["*/a.nii.gz", "*/b, c.nii.gz"]),
        ("[it's #1/*.png, plain]", ["it's #1/*.png", "plain"]),
        ("&scans", ["&scans"]), ("!x/*.png", ["!x/*.png"]), ("@x", ["@x"]), ("%x", ["%x"]), ("`x`", ["`x`"]),
        ("|x", ["|x"]), (">x", [">x"]), ("#1", ["#1"]), ("study #2", ["study #2"]), ("[@x, !y, &z]", ["@x", "!y", "&z"]),
        ("a: b: c", ["a: b: c"]), ("'*.png'", ["*.png"]), ("  *.png ", ["*.png"]), ("[]", []), ("", []), ("~", []),
        ("a(1.png", ["a(1.png"]), ("[a(1, b.png]", ["a(1", "b.png"]), ("[a (1, 2).png, b]", ["a (1, 2).png", "b"]),
        ("Größe/*.png", ["Größe/*.png"]), ("[\"a\\\"b\", c]", ["a\"b", "c"]),
    ]

    @Test(arguments: words)
    func aWordNeedsNoQuotesForYAML(_ row: (argument: String, means: [String])) throws {
        let configuration = try ConfigurationReader(file: nil, overrides: ["data.labels=\(row.argument)"]).configuration()
        #expect(configuration.data.labels.patterns == row.means)
    }

    @Test func anObjectiveKeepsItsCommasWithinAList() throws {
        let stages = "training.stages=[{name: a, objective: margin(tau=10,nu=1) + 0.5*cross_entropy(weights=[1, 2]), epochs: 1}]"
        let configuration = try ConfigurationReader(file: nil, overrides: [stages]).configuration()
        #expect(configuration.training.stages.map(\.objective) == ["margin(tau=10,nu=1) + 0.5*cross_entropy(weights=[1, 2])"])
    }

    /// The paper's presets have the paper's objective, all others the one that docs/RESULTS.md advises.
    @Test(arguments: Preset.all.map(\.name))
    func everyPresetIsAWholeConfiguration(_ name: String) throws {
        let configuration = try ConfigurationReader(file: nil, preset: name).configuration()
        let (second, objective) =
            name.hasPrefix("paper") ? ("margin", "margin(form=paper,tau=10,nu=1)") : ("finetuning", Preset.finetuning)
        #expect(configuration.training.stages.map(\.name) == ["pretraining", second])
        #expect(configuration.training.stages.map(\.objective).last == objective)
        let recipe = try configuration.recipe
        #expect(recipe.labels.classCount == configuration.data.classes.count)
    }

    @Test(arguments: ["Examples", "Examples/folds"])
    func theExampleFilesAreWholeConfigurations(_ path: String) throws {
        let folder = TestFolders.package.appending(path: path)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.contains { $0.pathExtension == "yaml" })
        for file in files where file.pathExtension == "yaml" {
            #expect(throws: Never.self, "\(file.lastPathComponent)") { try ConfigurationReader(file: file).configuration() }
        }
    }

    /// As the shell's `<(…)` and /dev/stdin.
    @Test func pathsOfAStreamStartAtTheWorkingFolder() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("data: {folder: ct}".utf8))
        try pipe.fileHandleForWriting.close()
        let url = URL(filePath: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        let configuration = try withExtendedLifetime(pipe) { try ConfigurationReader(file: url).configuration() }
        #expect(configuration.data.folder == FileManager.default.currentDirectoryPath + "/ct")
    }

    @Test func aMissingFileIsNamed() {
        let message = messageThrown { _ = try ConfigurationReader(file: URL(filePath: "/no/such.yaml")) }
        #expect(message == "/no/such.yaml cannot be read: no such file")
    }
}
