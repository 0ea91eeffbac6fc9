import ArgumentParser
import Foundation
import SegInference
import SegMetrics
import SegPlanning
import SegReports
import SegStudies

/// How a study is made, whatever it is of.
struct StudyOptions: ParsableArguments {
    @Option(help: "Resamples of intervals and tests, 10000 unless told; more allow smaller p-values.")
    var resamples: Int?

    @Option(help: "Threads that prepare batches.")
    var workers = 2

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        if let resamples, resamples < 1 { throw ValidationError("--resamples needs 1 or more, found \(resamples).") }
        try ComputeOptions.requireThreads(workers, option: "--workers")
    }

    /// Nil where it is the usual one.
    var askedBootstrap: Bootstrap? { resamples.map { Bootstrap(resamples: $0) } }
    var bootstrap: Bootstrap { askedBootstrap ?? Bootstrap() }

    /// Trains what is left, with a bar for each training and a line for each score.
    func run(_ study: Study, in folder: URL, part: WorkPart? = nil) throws -> StudyRunner.Outcome {
        let device = try compute.prepare()
        let log = RunLog.make(level: .warning)
        let count = study.runs(in: folder, part: part).count
        let display = SeriesDisplay("\(study.title): \(count) trainings", total: count, logger: log.logger)
        for note in study.notes { Terminal.write("note: \(note)\n") }
        if count == 0 { Terminal.write("note: this part has no training\n") }
        let stop = StopSignal { Terminal.write("stopping after this step; once more quits at once\n") }
        stop.arm()
        let runner = StudyRunner(
            study, in: folder, resources: .init(device: device, loaderWorkers: workers), bootstrap: bootstrap, part: part,
            shouldStop: { stop.isReceived }
        ) { display.show($0) }
        let outcome = try runner.run()
        if outcome == .stopped { Terminal.write("stopped and saved; the same command resumes it\n") }
        return outcome
    }

    /// How many trainings are left and how long they will take, on one line.
    func announcement(of study: Study, in folder: URL) throws -> String {
        let (pending, estimate) = try left(of: study, in: folder)
        guard !pending.isEmpty else { return "all trainings are done\n" }
        return
            "\(pending.count) \(pending.count == 1 ? "training is" : "trainings are") left, about \(ReportNumbers.duration(estimate.total)) on this machine while nothing else runs"
            + (estimate.isBusy ? "; \(StepTrial.busyNote)\n" : "\n")
    }

    private func left(
        of study: Study, in folder: URL, part: WorkPart? = nil
    ) throws -> (pending: [StudyRun], estimate: StudyEstimate) {
        let device = try compute.prepare()
        let pending = try StudyRunner(study, in: folder, resources: .init(device: device), part: part).pending()
        return (pending, try StudyEstimate(pending, device: device))
    }

    /// The trainings that are left, and an estimate of their time.
    func plan(of study: Study, in folder: URL, part: WorkPart? = nil) throws -> String {
        let (pending, estimate) = try left(of: study, in: folder, part: part)
        var table = TextTable([.words("training"), .words("objective"), .numbers("epochs"), .numbers("at most")])
        for run in pending {
            let stage = run.configuration.training.stages[0]
            table.append([run.name, stage.objective, "\(stage.epochs)", ReportNumbers.duration(estimate.seconds(of: run))])
        }
        let count = study.runs(in: folder, part: part).count
        return """
            \(study.title): \(pending.count) of \(count) trainings are left, at most \(ReportNumbers.duration(estimate.total)) on this machine\(estimate.isBusy ? "; \(StepTrial.busyNote)" : "").

            \(table.plain)
            """
    }
}
