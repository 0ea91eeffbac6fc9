import DurableFiles
import Foundation
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
        try withTemporaryFolder { folder in
            let made = try StudyFiles(results).write(into: folder)
            let plots = try FileSystem.list(docs.appending(path: "results/\(name)"))
            #expect(plots.count > 1)
            for plot in plots {
                let same = try #require(made.first { $0.lastPathComponent == plot.lastPathComponent })
                #expect(try Data(contentsOf: plot) == Data(contentsOf: same), "\(plot.lastPathComponent)")
                #expect(document.contains("results/\(name)/\(plot.lastPathComponent))"))
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
