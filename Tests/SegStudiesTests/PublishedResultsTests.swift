import DurableFiles
import Foundation
import SegMetrics
import TestSupport
import Testing

@testable import SegStudies

/// The tables that the documents show follow from the numbers that lie beside them.
@Suite struct PublishedResultsTests {
    @Test(arguments: ["objectives", "ablation"])
    func tablesOfTheDocument(_ name: String) throws {
        let docs = TestFolders.package.appending(path: "docs")
        let document = try String(contentsOf: docs.appending(path: "RESULTS.md"), encoding: .utf8)
        let results = try StudyFiles(contentsOf: [docs.appending(path: "results/\(name).json")]).results
        var rows = 0
        for task in results.tasks where task.split == "test" {
            for line in task.overviewTable(reference: results.reference).markdown.split(separator: "\n") {
                #expect(document.contains("\n\(line)\n"), "\(task.title): \(line)")
                rows += 1
            }
        }
        #expect(rows > 20)
        #expect(try plotsFollow(from: results, named: name, in: document) > 1)
    }

    /// Checks that the plots beside the results are those that the results make, and stand in the document.
    ///
    /// - Returns: how many there are.
    private func plotsFollow(from results: StudyResults, named name: String, in document: String) throws -> Int {
        let plots = try FileSystem.list(TestFolders.package.appending(path: "docs/results/\(name)"))
            .filter { $0.pathExtension == "svg" }
        try withTemporaryFolder { folder in
            let made = try StudyFiles(results).write(into: folder)
            for plot in plots {
                let same = try #require(made.first { $0.lastPathComponent == plot.lastPathComponent })
                #expect(try Data(contentsOf: plot) == Data(contentsOf: same), "\(plot.lastPathComponent)")
                #expect(document.contains("results/\(name)/\(plot.lastPathComponent))"))
            }
        }
        return plots.count
    }

    /// The settings that were searched: every row follows from the records.
    @Test func tableOfTheSearchedSettings() throws {
        let docs = TestFolders.package.appending(path: "docs")
        let document = try String(contentsOf: docs.appending(path: "RESULTS.md"), encoding: .utf8)
        let section = try #require(
            document.components(separatedBy: "## Six settings of each family").last?.components(separatedBy: "\n## ").first)
        let records = ["nodules", "hippocampus"].map { docs.appending(path: "results/tuning-\($0).json") }
        let tasks = try StudyFiles(contentsOf: records, bootstrap: Bootstrap(resamples: 1)).results.tasks
        #expect(tasks.map(\.name) == ["nodules", "hippocampus"] && tasks.map(\.arms.count) == [61, 61])
        func value(_ task: Int, _ name: String) throws -> Double {
            100 * (try #require(tasks[task].arms.first { $0.name == name }?.score("miou_foreground")?.overSeeds.mean))
        }
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2)
        for row in rows {
            let cells = row.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            let differences = try (0...1).map { try value($0, cells[2]) - value($0, "cross-entropy") }
            func text(_ difference: Double) -> String { String(format: "%+.2f", difference).replacing("-", with: "−") }
            let isReference = cells[2] == "cross-entropy"
            let expected = try (0...1).flatMap {
                [String(format: "%.2f", try value($0, cells[2])), isReference ? "" : text(differences[$0])]
            }
            #expect(Array(cells[3...6]) == expected, "\(row)")
            #expect(cells[7] == (isReference ? "" : text((differences[0] + differences[1]) / 2)))
        }
        #expect(rows.count == 13)
    }

    /// The studies that say which objective: their tables follow from their results, and these from the counts of every case.
    @Test(arguments: ["evidence", "protocol", "second-stage", "longer"])
    func tablesOfTheEvidence(_ name: String) throws {
        let docs = TestFolders.package.appending(path: "docs")
        let document = try String(contentsOf: docs.appending(path: "RESULTS.md"), encoding: .utf8)
        let results = try StudyFiles(contentsOf: [docs.appending(path: "results/\(name).json")]).results
        let all = results.tableOfAllTasks(split: "test")
        #expect((all == nil) == (results.tasks.count == 1))
        for line in (all?.markdown ?? "").split(separator: "\n") { #expect(document.contains("\n\(line)\n"), "\(line)") }
        for task in results.tasks {
            for line in task.overviewTable(reference: results.reference).markdown.split(separator: "\n")
            where line.firstMatch(of: /^\| [^|]*, calibrated \|/) == nil {
                #expect(document.contains("\n\(line)\n"), "\(task.title): \(line)")
            }
        }
        try expect(results, toFollowFromRecordIn: name)
        #expect(try plotsFollow(from: results, named: name, in: document) == results.tasks.count)
    }

    /// Their objectives held against the one that is advised.
    @Test func tableOfTheAdvisedObjective() throws {
        let docs = TestFolders.package.appending(path: "docs")
        let document = try String(contentsOf: docs.appending(path: "RESULTS.md"), encoding: .utf8)
        let results = try StudyFiles(contentsOf: [docs.appending(path: "results/evidence-advised.json")]).results
        let lines = try #require(results.tableOfAllTasks(split: "test")).markdown.split(separator: "\n")
            .filter { !$0.contains(", calibrated |") }
        #expect(lines.count == 2 + 13)
        for line in lines { #expect(document.contains("\n\(line)\n"), "\(line)") }
        try expect(results, toFollowFromRecordIn: "evidence")
        // What the document says of it.
        for row in results.tasks.compactMap(\.comparison).flatMap(\.rows) where row.score == StudyResults.primary {
            #expect(try #require(row.low) <= 0, "\(row.method) is above it")
        }
    }

    /// What pre-training minimises, by the results of two studies that trained alike.
    @Test func tableOfThePretrainings() throws {
        let docs = TestFolders.package.appending(path: "docs")
        let document = try String(contentsOf: docs.appending(path: "RESULTS.md"), encoding: .utf8)
        let studies = try ["second-stage", "evidence"].map {
            try StudyFiles(contentsOf: [docs.appending(path: "results/\($0).json")]).results
        }
        let tasks = studies[0].tasks.map(\.name)
        #expect(tasks == ["hippocampus", "heart", "nodules", "polyps"])
        let values = try ["cross-entropy + Dice", "cross-entropy"].enumerated().map { number, objective in
            try tasks.map { name in
                let arm = studies[number].tasks.first { $0.name == name }?.arms.first { $0.name == objective }
                #expect(arm?.seeds == [1, 2, 3])
                return try #require(arm?.score(StudyResults.primary)?.values).map { 100 * (try #require($0)) }
            }
        }
        func row(_ cells: [String]) -> String { "\n| " + cells.joined(separator: " | ") + " |\n" }
        for (name, means) in zip(["cross-entropy + Dice", "cross-entropy"], values) {
            let cells = means.map { String(format: "%.1f", $0.reduce(0, +) / 3) }
            #expect(document.contains(row(["\(name) throughout"] + cells)), "\(name): \(cells)")
        }
        let differences = zip(values[0], values[1]).map { zip($0, $1).map { $0 - $1 } }
        #expect(differences.allSatisfy { $0.allSatisfy { $0 > 0 } }, "by every seed")
        let cells = differences.map { $0.map { String(format: "%+.1f", $0) }.joined(separator: ", ") }
        #expect(document.contains(row(["difference by seed"] + cells)), "\(cells)")
    }

    /// Values and differences follow from the counts of every case; which resamples an interval has is not made anew.
    private func expect(_ results: StudyResults, toFollowFromRecordIn name: String) throws {
        let folder = TestFolders.package.appending(path: "docs/results/\(name)")
        let records = try FileSystem.list(folder).filter { $0.pathExtension == "json" }
        let read = { (name: String) in !name.hasSuffix(", calibrated") }
        let made = try StudyFiles(
            contentsOf: records, bootstrap: Bootstrap(resamples: 1), reference: results.reference
        ).results
        #expect(made.tasks.map(\.name).sorted() == results.tasks.map(\.name).sorted())
        for task in results.tasks {
            let own = try #require(made.tasks.first { $0.name == task.name })
            #expect(own.arms.map(\.name).filter(read).sorted() == task.arms.map(\.name).filter(read).sorted())
            for arm in task.arms {
                let same = own.arms.first { $0.name == arm.name }
                #expect(same?.seeds == arm.seeds)
                for score in arm.scores { #expect(same?.score(score.score)?.values == score.values, "\(task.name), \(arm.name)") }
                let difference = { (task: StudyResults.Task) in
                    task.comparison?.rows.first { $0.method == arm.name && $0.score == StudyResults.primary }?.difference
                }
                #expect(difference(own) == difference(task), "\(task.name), \(arm.name)")
            }
        }
    }

    /// Where a rival without margins is better than the reference, margins are held against it too.
    @Test func theBestRivalStandsInTheTable() throws {
        let url = TestFolders.package.appending(path: "docs/results/objectives.json")
        var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        var tasks = try #require(object["tasks"] as? [[String: Any]])
        var comparison = try #require(tasks[0]["comparison"] as? [String: Any])
        comparison["reference"] = "Tversky"
        let rows = try #require(comparison["rows"] as? [[String: Any]])
        comparison["rows"] = rows.filter { $0["method"] as? String == "margin (paper)" }
        tasks[0]["rival_comparison"] = comparison
        object["tasks"] = tasks
        let results = try JSONDecoder().decode(StudyResults.self, from: JSONSerialization.data(withJSONObject: object))
        let table = results.tasks[0].overviewTable(reference: results.reference)
        #expect(table.columns.count == 8 && table.columns[6] == .numbers("difference from Tversky"))
        let cells = Dictionary(uniqueKeysWithValues: table.rows.map { ($0[0], Array($0[6...])) })
        #expect(cells["Tversky"] == ["reference", ""] && cells["cross-entropy"] == ["", ""])
        #expect(cells["margin (paper)"]?[0].hasPrefix("−") == true || cells["margin (paper)"]?[0].hasPrefix("+") == true)
    }
}
