import DurableFiles
import Foundation
import RunTestSupport
import SegInference
import TestSupport
import Testing
import Torch

@testable import SegConfiguration
@testable import SegTraining

/// Offsets that training finds on validation.
@Suite struct ObjectiveSearchTests {
    static let objectives: [(objective: String, candidates: [String])] = [
        ("margin(sum=1)", ["margin(sum=1)"]),
        (
            "margin(form=paper, sum = auto)+dice()",
            ["0", "0.5", "1", "2", "4", "8"].map { "margin(form=paper, sum = \($0))+dice()" }
        ),
        ("margin(nu=auto)", ["0.1", "1", "10"].map { "margin(nu=\($0))" }),
        (
            "margin(sum=auto,nu=auto)",
            ["0", "0.5", "1", "2", "4", "8"].flatMap { sum in ["0.1", "1", "10"].map { "margin(sum=\(sum),nu=\($0))" } }
        ),
        ("margin(tau=auto)", ["margin(tau=auto)"]),
    ]

    @Test(arguments: objectives) func candidates(_ row: (objective: String, candidates: [String])) {
        #expect(StageConfiguration(name: "a", objective: row.objective, epochs: 1).candidates == row.candidates)
    }

    @Test func theBetterHalfGoesOn() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "search.jsonl")
            let scores = ["a": 0.1, "b": 0.5, "c": 0.3, "d": 0.5]
            func search() throws -> ObjectiveSearch { try ObjectiveSearch(["a", "b", "c", "d", "e"], epochs: 3, file: file) }
            var one = try search()
            var made: [String] = []
            while let next = one.next {
                made.append("\(next.objective)\(next.epochs) \(next.number)/\(next.of)")
                // After two epochs and more d is ahead of b; e is never defined.
                let score = next.objective == "d" && next.epochs > 1 ? 0.6 : scores[next.objective]
                try one.record(.init(objective: next.objective, epochs: next.epochs, score: score))
            }
            #expect(
                made == [
                    "a1 1/5", "b1 2/5", "c1 3/5", "d1 4/5", "e1 5/5", "b2 1/3", "d2 2/3", "c2 3/3", "d3 1/2", "b3 2/2",
                ])
            #expect(one.best == "d")
            // What is there is not made again, and a line that was cut short is.
            #expect(try search().next == nil && search().best == "d")
            let whole = try Data(contentsOf: file)
            try whole.dropLast(10).write(to: file)
            #expect(try search().next?.objective == "b" && search().trials.count == 9)
        }
    }

    /// The run is the same, wherever it was asked to stop, and says what it found.
    @Test func aSearchThatWasCutOffGoesOn() throws {
        try withTemporaryFolder { folder in
            try TorchLibrary.setThreadCount(1)
            let data = folder.appending(path: "data")
            try TinyRun.writeData(to: data)
            let configuration = try ContinuedRunTests.configuration(["training.stages.1.objective=margin(sum=auto)"])
            let dataSet = try configuration.openDataSet(at: data)
            func files(_ run: RunFolder) throws -> [Data] {
                try [run.best, run.last, run.stage(1, "pretraining"), run.search(ofStage: 2)].map { try Data(contentsOf: $0) }
            }
            let peace = try TinyRun.train(configuration, data: data, into: folder.appending(path: "peace"))
            let expected = try files(peace)
            let manifest = try Checkpoint.manifest(of: peace.best)
            let found = manifest.objective
            #expect(configuration.training.stages[1].candidates.contains(found))
            #expect(manifest.configuration == configuration && manifest.marginOffsets.count == 1)
            let record = try #require(try TinyRun.records(of: peace).last)
            #expect(record.objective == found)
            let sum = try #require(Double(found.dropFirst("margin(sum=".count).dropLast()))
            #expect(abs(manifest.marginOffsets[0].rho0k.reduce(0, +) - sum) < 1e-9)

            // Questions are asked after each step and each validated case: one epoch of a trial asks five times.
            for first in [11, 14, 30, 36] {
                let run = RunFolder(folder.appending(path: "\(first)"))
                var asked = 0
                var outcome = try Trainer(
                    configuration, dataSet: dataSet, folder: run,
                    shouldStop: {
                        asked += 1
                        return asked > first
                    }
                ).run()
                #expect(outcome != .finished)
                while case .stopped = outcome {
                    asked = 0
                    outcome = try Trainer(
                        continuing: SavedRun(run), with: configuration, dataSet: dataSet,
                        shouldStop: {
                            asked += 1
                            return asked > 13
                        }
                    ).run()
                }
                #expect(try files(run) == expected, "stopped after \(first)")
            }
        }
    }
}
