import DurableFiles
import Foundation
import SegInference
import SegMetrics
import SegReports

/// The files that tell a study's results: `results.md`, `.tex`, `.csv`, `.json`, `record.json`, a plot of differences for each task,
/// and `report.html`.
public struct StudyFiles {
    public static let recordName = "record.json"

    let results: StudyResults
    /// Nil for results that were kept without it.
    let record: StudyRecord?

    public init(_ record: StudyRecord, bootstrap: Bootstrap = Bootstrap()) throws {
        self.init(try StudyResults(record, bootstrap: bootstrap), record)
    }

    init(_ results: StudyResults, _ record: StudyRecord? = nil) { (self.results, self.record) = (results, record) }

    /// Those of a file `results.json`, or of one or several `record.json`, from which all others but `report.html` are made anew.
    ///
    /// - Parameters:
    ///   - bootstrap: of what follows from records; nil: the usual one.
    ///   - reference: what records' objectives are held against; nil: the study's own.
    /// - Throws: `FileError` for a file that cannot be read, or is neither; `StudyError` for records that make no study together, and
    ///   for a reference that is none of the objectives; and where another reference or bootstrap is asked of results.
    /// - Precondition: a file or more.
    public init(contentsOf files: [URL], bootstrap: Bootstrap? = nil, reference: String? = nil) throws {
        let contents = try files.map { (url: $0, data: try FileSystem.read($0)) }
        let decoder = JSONDecoder()
        if files.count == 1, let results = try? decoder.decode(StudyResults.self, from: contents[0].data) {
            guard reference == nil || reference == results.reference else {
                throw StudyError("another reference needs the counts of a record.json; \(files[0].path) holds results")
            }
            guard bootstrap == nil || bootstrap == results.bootstrap else {
                throw StudyError(
                    "\(files[0].path) holds results of \(results.bootstrap.resamples) resamples; others need the counts of a record.json"
                )
            }
            self.init(results)
            return
        }
        let record = try StudyRecord(
            merging: contents.map { url, data in
                do {
                    return try decoder.decode(StudyRecord.self, from: data)
                } catch {
                    throw FileError(
                        url, "cannot be used as a study's record",
                        reason: "expected a record.json that `marginseg study` wrote, or one results.json alone")
                }
            })
        try self.init(reference.map(record.held) ?? record, bootstrap: bootstrap ?? Bootstrap())
    }

    /// Writes the tables, the numbers and the plots.
    ///
    /// - Returns: what was written.
    /// - Throws: `FileError` where one cannot be written.
    public func write(into place: URL) throws -> [URL] {
        let plots = results.tasks.enumerated().compactMap { index, task in
            task.differenceChart(reference: results.reference).map { (Self.plot(index), $0.drawing.svg) }
        }
        let texts =
            [
                ("results.md", markdown), ("results.tex", latex), ("results.csv", csv),
                ("results.json", try JSONEncoder.sorted().text(results) + "\n"),
            ] + (try record.map { [(Self.recordName, try JSONEncoder.sorted().text($0) + "\n")] } ?? [])
        return try (texts + plots).map { name, text in
            let file = place.appending(path: name)
            try DurableFile.write(text, to: file)
            return file
        }
    }

    /// Writes the page, which shows curves of the trainings too.
    ///
    /// - Parameter folder: the study's.
    /// - Returns: what was written.
    /// - Throws: `FileError` where it cannot be written, or the metrics of a run not be read.
    public func writePage(of study: Study, in folder: URL, into place: URL) throws -> URL {
        let report = place.appending(path: "report.html")
        try StudyPage(results: results, study: study, folder: folder).page().write(to: report)
        return report
    }

    private static func plot(_ task: Int) -> String { "differences-\(task + 1).svg" }

    /// The title, what to know, all tasks in one table, and for each a table of scores and one of differences.
    public var markdown: String {
        let head = ["# \(results.title)", results.state] + (results.notes.isEmpty ? [] : [bullets(results.notes)])
        let tasks = results.tasks.enumerated().flatMap { index, task in
            [
                "## \(task.title)", task.summary, task.basis + ".", task.overviewTable(reference: results.reference).markdown,
                StudyResults.overviewCaption(task, results), "All scores.", task.scoreTable.markdown,
                StudyResults.scoreCaption(results),
            ]
                + (task.differenceTable.map {
                    [
                        $0.markdown, StudyResults.differenceCaption(results),
                        "![Differences from \(results.reference) with their intervals](\(Self.plot(index)))",
                    ]
                } ?? [])
        }
        let splits = results.tasks.reduce(into: [String]()) { if !$0.contains($1.split) { $0.append($1.split) } }
        let all = splits.flatMap { split in
            results.tableOfAllTasks(split: split).map {
                ["## All tasks, \(split) split", $0.markdown, StudyResults.allTasksCaption(results)]
            } ?? []
        }
        return (head + all + tasks).filter { !$0.isEmpty }.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined(separator: "\n")
    }

    private func bullets(_ lines: [String]) -> String { lines.map { "- \($0)\n" }.joined() }

    /// A float for each table; a document needs the package booktabs.
    public var latex: String {
        let notes = (results.notes + [results.state]).map { "% \($0)\n" }.joined()
        return notes
            + results.tasks.flatMap { task in
                [task.scoreTable.latexFloat(caption: "Scores in per cent: \(task.title).")]
                    + (task.differenceTable.map {
                        [$0.latexFloat(caption: "Differences from \(results.reference) in points: \(task.title).")]
                    } ?? [])
            }.joined(separator: "\n")
    }

    /// A line for each task, objective, seed and score; scores from 0 to 1.
    public var csv: String {
        let titles = ["task", "split", "planes", "name", "objective", "seed", "score", "value"]
        var table = TextTable(titles.map { .words($0) })
        for task in results.tasks {
            for arm in task.arms {
                for score in arm.scores {
                    for (seed, value) in zip(arm.seeds, score.values) {
                        table.append([
                            task.name, task.split, task.planes ?? "all planes", arm.name, arm.objective, "\(seed)", score.score,
                            value.map { "\($0)" } ?? "",
                        ])
                    }
                }
            }
        }
        return table.csv
    }
}

extension StudyResults {
    /// `42 of 63 trainings are done, 1 h 12 min of training; seeds 1, 2, 3; marginseg 0.1.0`
    var state: String {
        "\(doneCount) of \(runCount) trainings are done, \(ReportNumbers.duration(trainingSeconds)) of training; seeds "
            + seeds.map(String.init).joined(separator: ", ") + "; \(program)."
    }

    static func overviewCaption(_ task: Task, _ results: StudyResults) -> String {
        "mIoU and recall in per cent, over the foreground and the whole set; differences from \(results.reference) in points."
            + (task.rivalComparison.map {
                " \($0.reference) is the best objective without margins on this very split, chosen after the fact, which favours it."
            } ?? "")
    }

    static func scoreCaption(_ results: StudyResults) -> String {
        "Per cent, of one confusion matrix over all scored images at native resolution: mean over the seeds ± standard deviation "
            + "between them, and in brackets the 95 % interval of that mean over other patients or videos "
            + "(\(results.bootstrap.resamples) resamples)."
    }

    static func differenceCaption(_ results: StudyResults) -> String {
        "Differences from \(results.reference) in percentage points, paired by patient or video, means over the same seeds; "
            + "p-values after Holm's correction over the rows. The intervals are over patients or videos; the spread between "
            + "seeds stands in the table above."
    }
}
