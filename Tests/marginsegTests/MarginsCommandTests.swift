import Foundation
import MarginCalibration
import TestSupport
import Testing

@Suite struct MarginsCommandTests {
    private struct Report: Decodable {
        struct Row: Decodable {
            let name: String
            let count: Int
            let frequency: Double
            let rho_0k: Double
            let rho_k0: Double
            let gradient_change_0k: Double
            let gradient_change_k0: Double
        }

        let origin: String
        let pixels: Int
        let scale: MarginOffsets.Scale
        let nu: Double
        let smallest_nu: Double
        let classes: [Row]
    }

    private func report(_ arguments: [String]) throws -> Report {
        let command = try Command.run(["margins"] + arguments + ["--json"])
        #expect(command.status == 0 && command.errors.isEmpty, "\(command.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(command.output.utf8))
    }

    @Test(
        arguments: [
            (["--tau", "10"], .absolute(tau: 10), nil, []), ([], .absolute(tau: 10), nil, []),
            (["--tau", "2", "--nu", "0.5"], .absolute(tau: 2), 0.5, []), (["--sum", "4"], .sum(4), nil, []),
            (["--sum", "4", "--exclude", "0"], .sum(4), nil, [0]),
        ] as [([String], MarginOffsets.Scale, Double?, Set<Int>)])
    func jsonHoldsTheOffsets(arguments: [String], scale: MarginOffsets.Scale, nu: Double?, excluded: Set<Int>) throws {
        let distribution = try LabelDistribution(counts: [39_500_000, 480_000, 20_000])
        let offsets = try MarginOffsets(distribution, scale: scale, nu: nu, excluding: excluded)
        let change = GradientChange(offsets)
        let found = try report(["--counts", "39500000,480000,20000"] + arguments)
        #expect(found.pixels == 40_000_000 && found.scale == scale)
        #expect(found.classes.map(\.name) == ["background", "class_1", "class_2"])
        #expect(found.classes.map(\.count) == distribution.counts)
        #expect(found.classes.map(\.frequency) == distribution.frequencies)
        #expect(found.classes.map(\.rho_0k) == offsets.rho0k)
        #expect(found.classes.map(\.rho_k0) == offsets.rhoK0)
        #expect(found.classes.map(\.gradient_change_0k) == change.rho0k)
        #expect(found.classes.map(\.gradient_change_k0) == change.rhoK0)
        let smallest = try MarginOffsets.smallestNu(distribution, scale: scale, excluding: excluded)
        #expect(found.smallest_nu == smallest && found.nu > smallest)
    }

    @Test func tableForPeople() throws {
        let command = try Command.run(["margins", "--counts", "39500000,480000"])
        #expect(
            command.output == """
                Margin-offsets of Corollary 1.1 for the given counts: tau = 10, nu = 1 (smallest: above 0.001426)

                class         pixels  share %     rho_0k     rho_k0  gradient 0k  gradient k0
                ----------  --------  -------  ---------  ---------  -----------  -----------
                background  39500000   98.799  0.0001754  2.272e-06   +0.00608 %  +7.87e-05 %
                foreground    480000    1.201     0.1309  2.757e-08      +4.53 %  +9.56e-07 %

                gradient: by how much the offset changes the pull on an undecided pixel (margin 0), against no offsets;
                0k on the pixels that are not of the class, k0 on the pixels of the class. 100 % is the most there can be.

                """)
    }

    @Test func countsTheTrainingLabelsOfADataSet() throws {
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data").path
            let drawn = try Command.run(["phantom", "ct", "--output", data, "--cases", "6"])
            #expect(drawn.status == 0, "\(drawn.errors)")
            let found = try report([data])
            let inspected = try Command.run(["inspect", data, "--json"])
            #expect(found.classes.map(\.name) == ["background", "foreground"])
            for row in found.classes { #expect(row.count > 0 && inspected.output.contains("\(row.count)"), "\(row.name)") }
            #expect(
                found.origin
                    == "the training labels of \(data) as training sees them (axial planes or pictures, resized to 96×96)")

            // One number wherever it is shown: of the objective that is configured, for windows by their means.
            let windows = [
                "--set", "input.fit={crop: [16, 16], foreground: 0.5}", "--set", "training.stages.1.objective=margin(sum=3)",
            ]
            let configured = try report([data] + windows)
            #expect(configured.scale == .sum(3))
            let shown = try Command.run(["inspect", data] + windows).output
            #expect(shown.contains("in random windows of 16×16, 50 % of them about foreground"), "\(shown)")
            for row in configured.classes {
                for text in ["\(row.count)", String(format: "%.4g", row.rho_0k), String(format: "%.4g", row.rho_k0)] {
                    #expect(shown.contains("  \(text)"), "\(row.name) \(text)")
                }
            }
        }
    }

    @Test func drawsTheFigure() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "offsets.svg")
            let command = try Command.run(["margins", "--counts", "900,50,30", "--figure", file.path])
            #expect(command.status == 0, "\(command.errors)")
            let svg = try String(contentsOf: file, encoding: .utf8)
            #expect(svg.hasPrefix("<svg xmlns="))
            // For each class a panel with two lines of each colour, one legend for all, and its offsets as text.
            for color in ["#0072b2", "#d55e00"] {
                #expect(svg.components(separatedBy: "stroke=\"\(color)\"").count - 1 == 3 * 2 + 2, "\(color)")
            }
            let offsets = try MarginOffsets(LabelDistribution(counts: [900, 50, 30]))
            for (index, name) in ["background", "class_1", "class_2"].enumerated() {
                #expect(svg.contains(">\(name)</text>"))
                #expect(svg.contains(String(format: "ρₖ₀ = %.4g,  ρ₀ₖ = %.4g", offsets.rhoK0[index], offsets.rho0k[index])))
            }
        }
    }

    @Test(
        arguments: [
            ([], 64, "Error: give either a data folder or --counts."),
            (["DATA", "--counts", "1,2"], 64, "Error: give either a data folder or --counts."),
            (["--counts", "1,x"], 64, "Error: The value '1,x' is invalid for '--counts <n0,n1,…>'"),
            (["--counts", "1,2", "--tau", "1", "--sum", "2"], 64, "Error: --tau and --sum exclude each other; give one."),
            (
                ["--counts", "1,2", "--set", "a=1"], 64,
                "Error: --layout, --config and --set say how to read a data set; --counts has none."
            ),
            (["--counts", "5"], 1, "Error: margin-offsets need two classes or more, found 1"),
            (["--counts", "5,-3"], 1, "Error: class number 1 (counted from 0) has -3 pixels: a count is 0 or more"),
            (
                ["--counts", "900,0,30"], 1,
                "Error: class number 1 (counted from 0) has no pixel: its margin-offset would be infinite; exclude the class or give its offsets by hand"
            ),
            (["--counts", "900,30", "--tau", "0"], 1, "Error: tau = 0.0: expected a finite number above 0"),
            (
                ["--counts", "900,30", "--exclude", "2"], 1,
                "Error: class number 2 (counted from 0) cannot be excluded or overridden: expected 0 to 1"
            ),
            (["missing-folder"], 1, "Error: FOLDER/missing-folder cannot be read: no such folder"),
        ] as [([String], Int32, String)])
    func mistakes(arguments: [String], status: Int32, says: String) throws {
        try withTemporaryFolder { folder in
            let command = try Command.run(["margins"] + arguments, in: folder)
            #expect(command.status == status)
            #expect(command.output.isEmpty)
            #expect(command.errorLines.first == says.replacingOccurrences(of: "FOLDER", with: folder.standardizedFileURL.path))
        }
    }

    /// The remedy that the error names works.
    @Test func tooSmallNu() throws {
        let command = try Command.run(["margins", "--counts", "1000000,10", "--nu", "0.0001"])
        #expect(command.status == 1)
        let smallest = try #require(command.errors.firstMatch(of: /take nu > ([0-9.]+)/)).1
        let value = try #require(Double(smallest))
        let again = try Command.run(["margins", "--counts", "1000000,10", "--nu", "\(value.nextUp)"])
        #expect(again.status == 0)
    }

    /// A class that no label has, and an objective that asks for no margins: the others have their offsets.
    @Test func whereNothingAsksForMarginsAbsentClassesHaveNone() throws {
        let data = try TrainedRun.shared().data
        try withTemporaryFolder { folder in
            let classes =
                "data.classes=[{name: background, values: [0]}, {name: lesion, values: [1]}, {name: ghost, values: [9]}]"
            let training = try Command.run(
                ["train", "--data", data.path, "--output", "run"] + TrainedRun.settings
                    + ["--set", classes, "--epochs", "1", "--set", "training.stages.1.objective=cross_entropy"], in: folder)
            #expect(training.status == 0, "\(training.errors)")
            for arguments in [
                ["bound", "run"], ["report", "run", "--resamples", "20"],
                ["margins", data.path, "--config", "run/configuration.yaml"],
            ] {
                let command = try Command.run(arguments, in: folder)
                #expect(command.status == 0, "\(arguments): \(command.errors)")
            }
            let asked = try Command.run(["bound", "run", "--objective", "margin()"], in: folder)
            #expect(asked.status == 1 && asked.errors.contains("ghost"), "who asks for its offset is told: \(asked.errors)")
        }
    }
}
