import ArgumentParser
import DurableFiles
import Foundation
import SegInference

extension EvaluateCommand {
    /// Scores every way to predict with a run, and prints them side by side.
    func evaluateEach(run: String) throws {
        let device = try compute.prepare()
        let models = try NamedModels([run] + ensemble.others)
        let (place, checkpoints) = (models.place, try models.checkpoints())
        let dataSet = try checkpoints[0].manifest.openDataSet(at: data.map(URL.init(argument:)))
        for note in dataSet.notes { Terminal.write("note: \(note)\n") }
        let cases = try dataSet.cases(of: split)
        var plain = inference.settings
        plain.mirroring = .none
        var mirrored = plain
        mirrored.mirroring = inference.mirror ?? .trained
        let ways = try [plain, mirrored].map { settings in
            try SegmentationModel(
                ensemble: checkpoints, settings: settings, device: device, execution: network.execution,
                precision: numbers.precision)
        }
        try ways[0].requireUnseen(cases, split: split)
        let file = DecisionFile.url(of: place)
        if FileSystem.kind(of: file) == .missing {
            Terminal.write("note: \(shown(file)) is missing: no decision but argmax; marginseg calibrate finds others\n")
        }
        // Training that flipped nothing has nothing to mirror.
        let differing = ways[0].way == ways[1].way ? [ways[0]] : ways
        let evaluation = try WaysEvaluation(differing, decisionsIn: file, cases: cases)
        let bar = ProgressBar("evaluating \(split.rawValue)", total: cases.count)
        let (scored, problems) = try evaluation.run { bar.update($0) }
        bar.finish()
        let report = try WaysReport(
            scored, subject: shown(place), reference: split.rawValue,
            classes: checkpoints[0].manifest.configuration.data.scoredClasses, rule: emptyRule, bootstrap: bootstrap)
        printResult(json ? try report.json() : report.text)
        for problem in problems { Terminal.write("left out: \(problem.message)\n") }
        if !problems.isEmpty { throw ExitCode.someLeftOut }
    }
}
