import SegInference

/// Who is told of a prediction: a person or a program.
protocol PredictionDisplay {
    func show(_ event: PredictionEvent)
    /// All cases were tried, or the call failed.
    func finish()
}

/// A bar over the planes of all cases on standard error, and the path of each label file on standard output.
final class PredictionProgress: PredictionDisplay {
    private let bar: ProgressBar
    /// What is done before each case, and its own part.
    private let before: [Int]
    private let work: [Int]
    private var slow: SlowNote?

    init(_ sizes: CaseSizes) {
        work = sizes.work
        before = work.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        bar = ProgressBar("predicting", total: before[work.count], items: work.count)
    }

    func show(_ event: PredictionEvent) {
        switch event {
        case .started(_, let job):
            slow = SlowNote(reading: job.dataCase.image.first)
        case .read:
            slow?.end()
        case .progressed(let index, let done, let count):
            bar.update(
                before[index] + work[index] * done / count, note: work.count > 1 ? "case \(index + 1) of \(work.count)" : "")
        case .written(let written):
            bar.finish()
            for file in written.job.files { printResult(file.path + "\n") }
        case .leftOut:
            slow?.end()
        }
    }

    func finish() {
        slow?.end()
        bar.finish()
    }
}
