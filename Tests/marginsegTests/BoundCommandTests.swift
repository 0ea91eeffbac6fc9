import Foundation
import TestSupport
import Testing

@Suite struct BoundCommandTests {
    private struct Report: Decodable {
        struct Split: Decodable {
            struct Row: Decodable {
                let name: String
                let iou: Double
                let iou_lower_bound: Double
            }

            let split: String
            let cases: Int
            let classes: [Row]
            let miou: Double
            let miou_lower_bound: Double
        }

        struct Theorem: Decodable {
            let eta: Double
            struct Assumption: Decodable {
                let status: String
                let text: String
            }

            let terms: [Double?]
            let epsilon: Double?
            let units: Int
            let pixels_per_unit: Int
            let training_pixels: Int
            let guaranteed_miou: Double?
            let assumptions: [Assumption]
        }

        let offsets_from: String
        let splits: [Split]
        let theorem: Theorem?
    }

    @Test func boundsLieBelowTheScoresOfEverySplit() throws {
        let run = try TrainedRun.shared()
        let command = try Command.run(["bound", run.url.path, "--json"])
        #expect((command.status, command.errors) == (0, ""))
        let report = try JSONDecoder().decode(Report.self, from: Data(command.output.utf8))
        #expect(report.offsets_from == "as trained: margin(form=paper,tau=10,nu=1)")
        #expect(report.splits.map(\.split) == ["train", "validation", "test"])
        #expect(report.splits.map(\.cases) == [4, 1, 1])
        for split in report.splits {
            #expect(split.classes.map(\.name) == ["background", "foreground"])
            for row in split.classes { #expect(row.iou_lower_bound <= row.iou, "\(split.split) \(row.name)") }
            #expect(split.miou_lower_bound <= split.miou)
        }
        // Four volumes of two planes of 32×32: a patient is the unit, at the resolution of the margins.
        let theorem = try #require(report.theorem)
        #expect(theorem.terms.count == 2)
        #expect((theorem.units, theorem.pixels_per_unit, theorem.training_pixels) == (4, 2048, 8192))
        #expect(theorem.assumptions.map(\.status) == ["held", "held", "assumed", "not held", "not held"])
        #expect(theorem.guaranteed_miou == nil)

        // The empirical scores are those of `evaluate`.
        let evaluation = try withTemporaryFolder { folder in
            let copy = folder.appending(path: "best.safetensors")
            try FileManager.default.copyItem(at: run.checkpoint, to: copy)
            return try Command.run(["evaluate", copy.path, "--data", run.data.path, "--resamples", "20", "--json"])
        }
        let scores = try #require(try JSONSerialization.jsonObject(with: Data(evaluation.output.utf8)) as? [String: Any])
        let native = try #require(scores["native"] as? [String: Any])
        let summary = try #require(native["summary"] as? [String: Any])
        let dataset = try #require(summary["dataset"] as? [String: Any])
        let iou = try #require(dataset["iou"] as? [Double])
        let test = try #require(report.splits.last)
        #expect(zip(test.classes, iou).allSatisfy { abs($0.iou - $1) < 1e-12 }, "\(test.classes) \(iou)")
    }

    /// A training case that is lost speaks against the theorem; the others are gathered.
    @Test func oneBadCaseIsNamedAtTheEnd() throws {
        let run = try TrainedRun.shared()
        try withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            try FileManager.default.copyItem(at: run.data, to: data)
            let image = data.appending(path: "images/case_01.nii.gz")
            try Data("no image".utf8).write(to: image)
            let command = try Command.run(["bound", run.url.path, "--data", data.path, "--json"])
            #expect(command.status == 2)
            #expect(command.errors.hasPrefix("left out: \(image.path): "))
            let report = try JSONDecoder().decode(Report.self, from: Data(command.output.utf8))
            #expect(report.splits.map(\.cases) == [3, 1, 1])
            let last = try #require(report.theorem?.assumptions.last)
            #expect(last.status == "not held" && last.text.contains("1 could not be read"))
        }
    }

    @Test func otherOffsetsAndOneSplit() throws {
        let run = try TrainedRun.shared()
        let command = try Command.run(["bound", run.url.path, "--split", "test", "--objective", "margin(sum=4)"])
        #expect((command.status, command.errors) == (0, ""))
        #expect(command.output.hasPrefix("Offsets: margin(sum=4)\n\ntest: 1 cases, 2048 pixels at native resolution\n"))
        for word in ["IoU bound %", "mean with background", "Theorem 1 speaks of the training split, which was not gathered"] {
            #expect(command.output.contains(word), "\(word)")
        }
    }

    /// The sentence with the probability stands only where no assumption fails.
    @Test(
        arguments: [
            ([], 2), (["--complexity", "1"], 1), (["--objective", "margin(rho_0k=[1,1],rho_k0=[1,1])", "--complexity", "1"], 0),
        ] as [([String], Int)])
    func assumptionsAreListed(arguments: [String], failing: Int) throws {
        let run = try TrainedRun.shared()
        let command = try Command.run(["bound", run.url.path, "--split", "train"] + arguments)
        #expect((command.status, command.errors) == (0, ""))
        let lines = command.output.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("  not held  ") } == failing, "\(command.output)")
        #expect(lines.count { $0.hasPrefix("  held      ") } == 2 && command.output.contains("epsilon_k"))
        #expect(!command.output.contains("With probability"), "vacuous on so few pixels")
    }

    @Test(
        arguments: [
            (["--objective", "dice"], "--objective needs one term with margins, such as 'margin(tau=10)'; found 'dice'."),
            (["--eta", "2"], "eta"), (["--complexity=-1"], "complexity"),
        ] as [([String], String)])
    func refusesWhatHasNoBound(arguments: [String], says: String) throws {
        let run = try TrainedRun.shared()
        let command = try Command.run(["bound", run.url.path] + arguments)
        #expect(command.status != 0 && command.output.isEmpty)
        #expect(command.errors.contains(says), "\(command.errors)")
    }
}
