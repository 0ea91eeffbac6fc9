import DurableFiles
import Foundation
import SegInference

/// A JSON object a line on standard output, for programs; docs/PREDICTION.md has the fields.
final class PredictionLines: PredictionDisplay {
    /// Seconds between two lines of progress.
    private static let pause = 0.25

    private var lastProgress: ContinuousClock.Instant?

    /// Says what is planned.
    init(_ plan: PredictionPlan, planes: Int, memory: Int?) {
        write(
            Planned(
                cases: plan.jobs.count, kept: plan.done.count, leftOut: plan.leftOut.count, planes: planes, memoryBytes: memory))
    }

    func show(_ event: PredictionEvent) {
        switch event {
        case .started(let index, let job):
            lastProgress = nil
            write(Started(number: index + 1, case: job.dataCase.id, images: job.dataCase.files.map(\.path)))
        case .read: break
        case .progressed(let index, let done, let of):
            let now = ContinuousClock.now
            if done < of, let lastProgress, (now - lastProgress) / .seconds(1) < Self.pause { return }
            lastProgress = now
            write(Progress(number: index + 1, done: done, of: of))
        case .written(let written):
            write(
                Written(
                    number: written.index + 1, case: written.job.dataCase.id, path: written.job.output.path,
                    files: written.job.files.map(\.path), planes: written.planes,
                    seconds: (written.seconds * 1000).rounded() / 1000))
        case .leftOut(let unreadable):
            write(LeftOut(case: unreadable.id, problem: unreadable.problem))
        }
    }

    func finish() {}

    /// The last line.
    func finish(written: Int, kept: Int, leftOut: Int, exitCode: Int32) {
        write(Finished(written: written, kept: kept, leftOut: leftOut, exitCode: exitCode))
    }

    private func write(_ line: some Encodable) {
        let encoder = JSONEncoder.sorted()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Only numbers that are none cannot be written, and there are none.
        guard let text = try? encoder.text(line) else { return }
        printResult(text + "\n")
    }

    private struct Planned: Encodable {
        let event = "planned"
        let cases: Int
        let kept: Int
        let leftOut: Int
        let planes: Int
        let memoryBytes: Int?
    }

    private struct Started: Encodable {
        let event = "started"
        let number: Int
        let `case`: String
        let images: [String]
    }

    private struct Progress: Encodable {
        let event = "progress"
        let number: Int
        let done: Int
        let of: Int
    }

    private struct Written: Encodable {
        let event = "written"
        let number: Int
        let `case`: String
        let path: String
        let files: [String]
        let planes: Int
        let seconds: Double
    }

    private struct LeftOut: Encodable {
        let event = "left_out"
        let `case`: String
        let problem: String
    }

    private struct Finished: Encodable {
        let event = "finished"
        let written: Int
        let kept: Int
        let leftOut: Int
        let exitCode: Int32
    }
}
