import ArgumentParser
import DataSets
import DurableFiles
import Foundation
import SegInference
import SegMetrics
import Torch

struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Find how a model's scores are to become classes so that the IoU is largest, and what mends its label maps.",
        discussion: """
            A network learns probabilities, and the largest makes the fewest wrong pixels. A Jaccard index is another aim: at an IoU \
            of J, a pixel is worth taking into a class when its probability exceeds J/(1+J), which is below one half. This command goes \
            once over the validation split and finds what to add to the score of each class so that the metric is largest.

            What was fitted on a split looks better there than elsewhere. So the gain is measured on patients or videos that the \
            offsets were not found on, each part of them in turn, with its 95 % interval. Offsets are stored only if that \
            interval lies above 0, in decision.json in the run's folder (beside a checkpoint file), with the checksum of the weights \
            that they are for. predict, evaluate, report and bound use them with --decision calibrated, and by themselves never.

            The same pass tries steps of post-processing on the label maps (a second one, where offsets are stored): holes filled, the \
            largest component kept, small objects removed. Those that raise the foreground's mean score by more than a tenth of a \
            point are stored with the numbers of every step that was tried; --post-processing stored applies them.

              marginseg calibrate runs/a
              marginseg evaluate runs/a --decision calibrated
              marginseg predict scan.nii.gz --model runs/a --decision calibrated
              marginseg calibrate runs/fold-0 --with runs/fold-1     for the mean of their scores
              marginseg calibrate runs                               of runs/fold-0, runs/fold-1, …: each on its own cases

            Exit codes: 0 done, 2 cases were left out, 1 failed, 64 wrong usage.
            """)

    @Argument(
        help: ArgumentHelp(
            "A run folder (its best checkpoint), a checkpoint file, or a folder of the runs of a cross-validation.",
            valueName: "run|file"))
    var model: String

    @Option(help: "Folder of the data set, instead of the one the run was configured with.")
    var data: String?

    @OptionGroup var search: SearchOptions

    @OptionGroup var ensemble: EnsembleOptions

    @OptionGroup var inference: InferenceOptions

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var network: ExecutionOptions

    @OptionGroup var numbers: PrecisionOptions

    func run() throws {
        let device = try compute.prepare()
        let place = URL(argument: model)
        let runs = try RunFolder.checkpoints(at: place)
        guard runs.count == 1 || ensemble.others.isEmpty else {
            throw ValidationError(
                "--with belongs to a run; \(shown(place)) holds \(runs.count) runs, each of which scores its own cases.")
        }
        let teams = ensemble.others.isEmpty ? runs.map { [$0] } : [runs + ensemble.others.map(URL.init(argument:))]
        let subjects = try teams.map { try subject($0, device: device) }
        let calibration = try DecisionCalibration(
            subjects, reference: "validation", metric: search.metric, bootstrap: search.bootstrap)
        let bar = ProgressBar("calibrating", total: calibration.caseCount)
        var (decision, _, notes) = try calibration.run { bar.update($0) }
        bar.finish()
        if decision.offsets != nil, decision.postProcessing != nil {
            let second = ProgressBar("post-processing what the offsets decide", total: calibration.caseCount)
            try calibration.learnPostProcessing(for: &decision) { second.update($0) }
            second.finish()
        }
        for note in notes { Terminal.write("note: \(note)\n") }
        let file = DecisionFile.url(of: place)
        try DecisionFile.write(decision, to: file)
        printResult(
            search.json
                ? try DecisionFile.json(decision)
                : DecisionReport(decision: decision, classes: calibration.scored, subject: shown(place), file: shown(file)).text)
        for problem in decision.problems { Terminal.write("left out: \(problem.message)\n") }
        if !decision.problems.isEmpty { throw ExitCode.someLeftOut }
    }

    /// Models whose scores are averaged, with the validation cases of the first.
    private func subject(_ places: [URL], device: Device) throws -> DecisionCalibration.Subject {
        let checkpoints = try places.map { try Checkpoint(contentsOf: RunFolder.checkpoint(at: $0)) }
        let dataSet = try checkpoints[0].manifest.openDataSet(at: data.map(URL.init(argument:)))
        for note in dataSet.notes { Terminal.write("note: \(note)\n") }
        let cases = try dataSet.cases(of: .validation)
        let model = try SegmentationModel(
            ensemble: checkpoints, settings: inference.settings, device: device, execution: network.execution,
            precision: numbers.precision)
        try model.requireUnseen(cases, split: .validation)
        return .init(model, cases: cases)
    }
}
