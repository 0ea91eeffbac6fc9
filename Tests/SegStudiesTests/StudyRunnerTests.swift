import DurableFiles
import Foundation
import SegInference
import SegMetrics
import SegReports
import TestSupport
import Testing

@testable import SegStudies

@Suite struct StudyRunnerTests {
    /// What a run's best checkpoint and evaluation say, without times.
    private func bytes(of study: Study, in folder: URL) throws -> [Data] {
        try study.runs(in: folder).flatMap { run -> [Data] in
            let files = [run.folder.best] + (run.arm == nil ? [] : [run.folder.evaluation(of: .test)])
            return try files.map { try Data(contentsOf: $0) }
        }
    }

    @Test func aStudyThatIsStoppedAndGoesOnEndsAsOneThatWasNot() throws {
        try withTemporaryFolder { folder in
            let study = try TinyStudy.make(TinyStudy.yaml(), in: folder)
            let whole = folder.appending(path: "whole", directoryHint: .isDirectory)
            var began: [String] = []
            let outcome = try TinyStudy.run(
                study, in: whole,
                observe: {
                    if case .began(let run, let number, let count) = $0 { began.append("\(number)/\(count) \(run.name)") }
                })
            #expect(outcome == .finished)
            #expect(
                began == [
                    "1/6 lesions, seed 1, pre-training", "2/6 lesions, seed 1, cross-entropy", "3/6 lesions, seed 1, margin",
                    "4/6 lesions, seed 2, pre-training", "5/6 lesions, seed 2, cross-entropy", "6/6 lesions, seed 2, margin",
                ])

            // Stopped again and again, after each step or validated case.
            let cut = folder.appending(path: "cut", directoryHint: .isDirectory)
            var tries = 0
            repeat {
                var questions = 0
                let outcome = try TinyStudy.run(
                    study, in: cut,
                    shouldStop: {
                        questions += 1
                        return questions > 2
                    })
                tries += 1
                if outcome == .finished { break }
            } while tries < 60
            #expect(tries > 2 && tries < 60)
            // Checkpoints name the pre-training's path, so that those of the objectives differ in it; the scores do not.
            let (first, second) = (try StudyResults(StudyRecord(study, in: whole)), try StudyResults(StudyRecord(study, in: cut)))
            let scores = [first, second].map { results in results.tasks.flatMap(\.arms).flatMap(\.scores) }
            #expect(scores[0] == scores[1])
            #expect(first.doneCount == 6)

            // What is done is not done again.
            let before = try bytes(of: study, in: whole)
            began = []
            _ = try TinyStudy.run(study, in: whole, observe: { if case .began(let run, _, _) = $0 { began.append(run.name) } })
            #expect(began.isEmpty)
            let after = try bytes(of: study, in: whole)
            #expect(before == after)
        }
    }

    /// Machines that share a study make what one would; results of other tasks are one study's, those of the same task are not.
    @Test func partsMakeTheWhole() throws {
        try withTemporaryFolder { folder in
            let study = try TinyStudy.make(TinyStudy.yaml(seeds: "[1, 2]"), in: folder)
            let (whole, shared) = (folder.appending(path: "whole"), folder.appending(path: "shared"))
            _ = try TinyStudy.run(study, in: whole)
            for number in 1...2 {
                let part = WorkPart(number: number, of: 2)
                let own = study.runs(in: shared, part: part)
                #expect(own.map(\.seed) == Array(repeating: UInt64(number), count: 3))
                _ = try TinyStudy.run(study, in: shared, part: part)
                #expect(
                    try StudyResults(StudyRecord(study, in: shared), bootstrap: Bootstrap(resamples: 20)).doneCount == 3 * number)
            }
            let results = try StudyResults(StudyRecord(study, in: whole), bootstrap: Bootstrap(resamples: 20))
            let scores = try [results, StudyResults(StudyRecord(study, in: shared), bootstrap: Bootstrap(resamples: 20))].map {
                results in
                results.tasks.flatMap(\.arms).flatMap(\.scores)
            }
            #expect(scores[0] == scores[1])

            let yaml = TinyStudy.yaml(seeds: "[1, 2]").replacing("name: lesions", with: "name: other lesions")
            let other = try TinyStudy.make(yaml, in: folder)
            _ = try TinyStudy.run(other, in: folder.appending(path: "other"))
            // In folders of their own: records of the parts, and of another task.
            let elsewhere = try (1...2).map { number in
                let place = folder.appending(path: "part-\(number)")
                _ = try TinyStudy.run(study, in: place, part: WorkPart(number: number, of: 2))
                return try StudyRecord(study, in: place)
            }
            let pooled = try StudyResults(StudyRecord(merging: elsewhere.reversed()), bootstrap: Bootstrap(resamples: 20))
            #expect(pooled.tasks.flatMap(\.arms).flatMap(\.scores) == scores[0])
            #expect((pooled.runCount, pooled.doneCount, pooled.seeds) == (6, 6, [1, 2]))
            let twice = #expect(throws: StudyError.self) { try StudyRecord(merging: [elsewhere[0], elsewhere[0]]) }
            #expect(twice?.problem.contains("'cross-entropy' with seed 1 in two of the files") == true, "\(twice?.problem ?? "")")

            let others = try StudyRecord(other, in: folder.appending(path: "other"))
            let merged = try StudyRecord(merging: elsewhere + [others])
            #expect(merged.tasks.map(\.name) == ["lesions", "other lesions"])
            #expect(merged.doneCount == 12 && merged.notes == results.notes)
        }
    }

    /// Every patient tests once, by a network that has not seen it, and the scores are of all together.
    @Test func foldsPoolAllPatients() throws {
        try withTemporaryFolder { folder in
            let yaml = TinyStudy.yaml(seeds: "[1]").replacing("summary: Drawn.", with: "folds: 3")
            let study = try TinyStudy.make(yaml, in: folder)
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            let runs = study.runs(in: place)
            #expect(
                runs.map(\.name)
                    == (0..<3).flatMap { fold in
                        ["pre-training", "cross-entropy", "margin"].map { "lesions, seed 1, fold \(fold), \($0)" }
                    })
            // A seed counts when all its folds are there.
            var scored = 0
            _ = try TinyStudy.run(
                study, in: place, shouldStop: { scored == 5 }, observe: { if case .scored = $0 { scored += 1 } })
            let part = try StudyRecord(study, in: place)
            #expect(part.tasks.map { $0.arms.map(\.name) } == [["cross-entropy"]] && part.runCount == 9)
            #expect(part.doneCount == 8, "five scored, and three that they start from")
            #expect(try TinyStudy.run(study, in: place) == .finished)

            let record = try StudyRecord(study, in: place)
            let task = try #require(record.tasks.first)
            #expect(record.doneCount == 9)
            #expect(Set(task.cases.map(\.id)).count == 6 && task.cases.count == 6)
            for arm in task.arms {
                #expect(arm.runs.map(\.seed) == [1])
                let own = runs.filter { $0.arm?.name == arm.name }
                let evaluations = try own.map { try EvaluationFile.read($0.folder.evaluation(of: .test)) }
                #expect(arm.runs[0].counts == evaluations.flatMap { $0.native.store.cases.map(\.matrix) })
                for (run, evaluation) in zip(own, evaluations) {
                    let splits = try #require(Checkpoint.manifest(of: run.folder.best).splits)
                    #expect(Set(evaluation.native.store.cases.map(\.id)).isDisjoint(with: splits.train + splits.validation))
                }
            }
            #expect(try StudyResults(record, bootstrap: Bootstrap(resamples: 20)).tasks[0].groupCount == 6)

            // A case that comes between two folds would move all others.
            let begun = folder.appending(path: "begun", directoryHint: .isDirectory)
            scored = 0
            _ = try TinyStudy.run(
                study, in: begun, shouldStop: { scored == 2 }, observe: { if case .scored = $0 { scored += 1 } })
            let data = folder.appending(path: "data")
            for kind in ["images", "labels"] {
                try FileManager.default.copyItem(
                    at: data.appending(path: "\(kind)/case_01.nii.gz"), to: data.appending(path: "\(kind)/a.nii.gz"))
            }
            try FileManager.default.removeItem(at: data.appending(path: "split.csv"))
            var failures: [String] = []
            _ = try TinyStudy.run(study, in: begun, observe: { if case .failed(_, let reason) = $0 { failures.append(reason) } })
            #expect(failures.first?.contains("1 have come or gone, such as 'a'; put the data back") == true, "\(failures)")

            let tooFew = #expect(throws: StudyError.self) {
                try TinyStudy.make(yaml.replacing("folds: 3", with: "folds: 2"), in: folder)
            }
            #expect(tooFew?.problem.hasPrefix("'lesions' has folds: 2; expected 3 or more") == true)
        }
    }

    /// A case that comes between two seeds moves no other: all are compared on one test set.
    @Test func splitsOfATaskStand() throws {
        try withTemporaryFolder { folder in
            func study(_ seeds: String) throws -> Study { try TinyStudy.make(TinyStudy.yaml(seeds: seeds), in: folder) }
            let data = folder.appending(path: "data")
            try TinyStudy.writeData(to: data)
            try FileManager.default.removeItem(at: data.appending(path: "split.csv"))
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            _ = try TinyStudy.run(study("[1]"), in: place)
            for kind in ["images", "labels"] {
                try FileManager.default.copyItem(
                    at: data.appending(path: "\(kind)/case_01.nii.gz"), to: data.appending(path: "\(kind)/a.nii.gz"))
            }
            let both = try study("[1, 2]")
            _ = try TinyStudy.run(both, in: place)
            let splits = try both.runs(in: place).map { try #require(Checkpoint.manifest(of: $0.folder.best).splits) }
            #expect(splits.count == 6 && Set(splits).count == 1)
            #expect(try StudyResults(StudyRecord(both, in: place), bootstrap: Bootstrap(resamples: 20)).doneCount == 6)
        }
    }

    @Test func resultsAreThoseOfTheEvaluations() throws {
        try withTemporaryFolder { folder in
            let study = try TinyStudy.make(TinyStudy.yaml(), in: folder)
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            _ = try TinyStudy.run(study, in: place)
            let results = try StudyResults(StudyRecord(study, in: place), bootstrap: Bootstrap(resamples: 50))
            let task = try #require(results.tasks.first)
            #expect(results.tasks.count == 1)
            #expect(task.arms.map(\.name) == ["cross-entropy", "margin"])
            #expect(task.arms.map(\.seeds) == [[1, 2], [1, 2]])
            #expect(task.arms.map(\.marginOffsets.count) == [0, 1])
            let sum = task.arms[1].marginOffsets[0].rho0k.reduce(0, +)
            #expect(abs(sum - 2) < 1e-9, "sum=2")
            #expect(task.arms[0].validationLoss != nil)
            let pixels = task.trainingPixels.reduce(0, +)
            #expect(pixels == 8192, "four volumes of two planes of 32×32")
            for (arm, name) in zip(task.arms, ["cross-entropy", "margin"]) {
                let values = try [1, 2].map { seed in
                    try EvaluationFile.read(place.appending(path: "runs/lesions/seed-\(seed)/\(name)/evaluation-test.json"))
                        .native.summary.dataset.miouForeground
                }
                #expect(arm.score("miou_foreground")?.values == values)
                #expect(arm.score("miou_foreground")?.overSeeds == MeanAndDeviation(values))
            }
            #expect(task.comparison?.reference == "cross-entropy")
            #expect(task.comparison?.rows.map(\.method) == ["margin", "margin"])
            #expect(task.scoreTable.columns.last == .numbers("paper: mIoU"))
            #expect(task.scoreTable.rows.map(\.last) == ["n/a", "71.3"])

            let writer = try StudyFiles(StudyRecord(study, in: place), bootstrap: Bootstrap(resamples: 50))
            let files = try writer.write(into: place) + [writer.writePage(of: study, in: place, into: place)]
            #expect(
                files.map(\.lastPathComponent)
                    == [
                        "results.md", "results.tex", "results.csv", "results.json", "record.json", "differences-1.svg",
                        "report.html",
                    ])
            let markdown = try String(contentsOf: files[0], encoding: .utf8)
            #expect(markdown.contains("# A tiny study") && markdown.contains("Of no use but to be tested."))
            #expect(markdown.contains("6 of 6 trainings are done"))
            let csv = try String(contentsOf: files[2], encoding: .utf8).split(separator: "\n")
            #expect(csv.count == 1 + 2 * 2 * task.arms[0].scores.count)
            let anew = folder.appending(path: "anew", directoryHint: .isDirectory)
            try FileSystem.makeFolder(anew)
            let copies = try StudyFiles(contentsOf: [files[4]], bootstrap: Bootstrap(resamples: 50)).write(into: anew)
            for (file, copy) in zip(files, copies) {
                #expect(
                    try Data(contentsOf: file) == Data(contentsOf: copy), "\(copy.lastPathComponent) follows from the record")
            }
            #expect(copies.count == files.count - 1)
            for copy in try StudyFiles(contentsOf: [files[3]]).write(into: anew) {
                let original = place.appending(path: copy.lastPathComponent)
                #expect(
                    try Data(contentsOf: original) == Data(contentsOf: copy), "\(copy.lastPathComponent) follows from the results"
                )
            }
            let turned = try StudyFiles(
                contentsOf: [files[4]], bootstrap: Bootstrap(resamples: 50), reference: "margin"
            ).results
            let difference = { (results: StudyResults) in results.tasks[0].comparison?.rows.first?.difference }
            #expect(try #require(difference(turned)) == -(try #require(difference(StudyFiles(contentsOf: [files[4]]).results))))
            #expect(turned.tasks[0].comparison?.rows.map(\.method) == ["cross-entropy", "cross-entropy"])
            #expect(
                messageThrown { _ = try StudyFiles(contentsOf: [files[4]], reference: "Dice") }
                    == "the reference 'Dice' is none of the objectives: 'cross-entropy', 'margin'")
            #expect(
                messageThrown { _ = try StudyFiles(contentsOf: [files[3]], reference: "margin") }?
                    .hasPrefix("another reference needs the counts of a record.json; ") == true)
            #expect(
                messageThrown { _ = try StudyFiles(contentsOf: [files[3]], bootstrap: Bootstrap(resamples: 60)) }?
                    .hasSuffix("holds results of 50 resamples; others need the counts of a record.json") == true)
            let page = try String(contentsOf: files[6], encoding: .utf8)
            #expect(page.contains("Foreground mIoU less that of cross-entropy"))

            // As many seeds, but others: they are no pairs.
            for (seed, name) in [(2, "cross-entropy"), (1, "margin")] {
                try FileManager.default.removeItem(
                    at: place.appending(path: "runs/lesions/seed-\(seed)/\(name)/evaluation-test.json"))
            }
            let unpaired = try #require(
                StudyResults(StudyRecord(study, in: place), bootstrap: Bootstrap(resamples: 50)).tasks.first)
            #expect(unpaired.arms.map(\.seeds) == [[1], [2]])
            #expect(unpaired.comparison == nil)
        }
    }

    @Test func anObjectiveThatDoesNotFitTheLabelsFailsAloneAndIsSaid() throws {
        try withTemporaryFolder { folder in
            let study = try TinyStudy.make(
                TinyStudy.yaml(
                    seeds: "[1]",
                    objectives: """
                          - {name: cross-entropy, objective: cross_entropy}
                          - {name: small nu, objective: "margin(nu=1.0e-9)"}
                          - {name: dice, objective: dice()}
                        """), in: folder)
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            var failures: [String] = []
            let outcome = try TinyStudy.run(
                study, in: place,
                observe: {
                    if case .failed(let run, let reason) = $0 { failures.append("\(run.name): \(reason)") }
                })
            #expect(outcome == .finished)
            #expect(failures.count == 1 && failures[0].contains("small nu") && failures[0].contains("take nu >"), "\(failures)")
            let results = try StudyResults(StudyRecord(study, in: place), bootstrap: Bootstrap(resamples: 20))
            #expect(results.tasks[0].arms.map(\.name) == ["cross-entropy", "dice"])
            #expect((results.doneCount, results.runCount) == (3, 4))
        }
    }

    /// Every network is read twice, and the second reading goes on where it was cut off.
    @Test func calibratedDecisionsAreReadingsOfTheirOwn() throws {
        try withTemporaryFolder { folder in
            let yaml = TinyStudy.yaml(seeds: "[1]").replacing("seeds: [1]", with: "seeds: [1]\ndecisions: [calibrated]")
            let study = try TinyStudy.make(yaml, in: folder)
            #expect(study.decisions == [.argmax, .calibrated])
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            _ = try TinyStudy.run(study, in: place)
            let run = RunFolder(place.appending(path: "runs/lesions/seed-1/margin", directoryHint: .isDirectory))
            let stored = try DecisionFile.read(run.decision)
            let evaluation = try EvaluationFile.read(run.evaluation(of: .test, by: .calibrated))
            #expect(stored.reference == "validation" && (evaluation.inference != nil) == (stored.offsets != nil))
            let task = try #require(
                try StudyResults(StudyRecord(study, in: place), bootstrap: Bootstrap(resamples: 20)).tasks.first)
            #expect(
                task.arms.map(\.name) == [
                    "cross-entropy", "margin", "cross-entropy, calibrated", "margin, calibrated",
                ])
            #expect(task.arms[3].score("miou_foreground")?.values == [evaluation.native.summary.dataset.miouForeground])

            let runner = StudyRunner(study, in: place, resources: .init(loaderWorkers: 1))
            #expect(try runner.pending().isEmpty)
            try FileManager.default.removeItem(at: run.evaluation(of: .test, by: .calibrated))
            #expect(try runner.pending().map(\.name) == ["lesions, seed 1, margin"])
            _ = try TinyStudy.run(study, in: place)
            #expect(try EvaluationFile.read(run.evaluation(of: .test, by: .calibrated)) == evaluation)
        }
    }

    @Test func marginsAreHeldAgainstTheBestRival() throws {
        try withTemporaryFolder { folder in
            let study = try TinyStudy.make(
                TinyStudy.yaml(
                    seeds: "[1]",
                    objectives: """
                          - {name: cross-entropy, objective: cross_entropy}
                          - {name: dice, objective: dice()}
                          - {name: worse, objective: dice(), learning_rate: 1.0e-9}
                          - {name: margin, objective: "margin(sum=2)"}
                        """), in: folder)
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            _ = try TinyStudy.run(study, in: place)
            let task = try #require(
                try StudyResults(StudyRecord(study, in: place), bootstrap: Bootstrap(resamples: 20)).tasks.first)
            let scores = task.arms.prefix(3).map { $0.score("miou_foreground")?.overSeeds.mean ?? -1 }
            let best = try #require(scores.indices.max { scores[$0] < scores[$1] })
            #expect(task.rivalComparison?.reference == (best == 0 ? nil : task.arms[best].name), "\(scores)")
            #expect(task.rivalComparison.map { Set($0.rows.map(\.method)) == ["margin"] } ?? true)
        }
    }

    @Test func aFolderOfAnotherStudyIsRefused() throws {
        try withTemporaryFolder { folder in
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            let yaml = TinyStudy.yaml(seeds: "[1]")
            _ = try TinyStudy.run(TinyStudy.make(yaml, in: folder), in: place)
            let other = try TinyStudy.make(yaml.replacingOccurrences(of: "sum=2", with: "sum=3"), in: folder)
            let message = messageThrown { _ = try TinyStudy.run(other, in: place) }
            #expect(
                message?.contains("seed-1/margin was trained with other settings than are asked for now") == true,
                "\(message ?? "nothing was thrown")")
        }
    }

    /// Keys that came after a run began say nothing about it.
    @Test func runsThatKnowFewerKeysStay() throws {
        try withTemporaryFolder { folder in
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            let study = try TinyStudy.make(TinyStudy.yaml(seeds: "[1]"), in: folder)
            _ = try TinyStudy.run(study, in: place)
            let written = place.appending(path: "runs/lesions/seed-1/margin/configuration.yaml")
            let lines = try String(contentsOf: written, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            let fewer = lines.filter { !$0.contains("step_graph:") && !$0.contains("deterministic:") }
            try #require(fewer.count == lines.count - 2)
            try Data(fewer.joined(separator: "\n").utf8).write(to: written)
            #expect(try TinyStudy.run(study, in: place) == .finished)
        }
    }

    @Test func nothingDoneYetIsSaidToo() throws {
        try withTemporaryFolder { folder in
            let study = try TinyStudy.make(TinyStudy.yaml(), in: folder)
            let results = try StudyResults(StudyRecord(study, in: folder.appending(path: "out")))
            #expect(results.tasks.isEmpty)
            #expect((results.doneCount, results.runCount) == (0, 6))
            let place = folder.appending(path: "out", directoryHint: .isDirectory)
            try FileSystem.makeFolder(place)
            _ = try StudyFiles(results).write(into: place)
        }
    }
}
