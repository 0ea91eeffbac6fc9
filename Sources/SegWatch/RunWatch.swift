import Foundation
import SegConfiguration
import SegInference
import SegTraining

/// Leaves in a run's folder what one wants to see of it while it trains: `curves.html`, a page that a browser opens without a
/// server, and event files for TensorBoard in `tensorboard/`.
///
/// Watching never stops a run: what cannot be written is told once and tried again.
public final class RunWatch {
    private let folder: RunFolder
    private let configuration: RunConfiguration
    private let tensorBoard: TensorBoardLog
    private let onProblem: (any Error) -> Void
    private var progress: TrainingProgress
    private var told: Set<String> = []
    private var lastPage: ContinuousClock.Instant?

    /// Seconds between two pages within an epoch.
    private static let pause = 20.0

    /// - Parameter onProblem: called with each error of writing once.
    public init(_ folder: RunFolder, configuration: RunConfiguration, onProblem: @escaping (any Error) -> Void) {
        self.folder = folder
        self.configuration = configuration
        self.onProblem = onProblem
        tensorBoard = TensorBoardLog(folder.tensorBoard, configuration: configuration)
        progress = TrainingProgress(stages: configuration.training.stages)
    }

    /// What `Trainer` calls with each event.
    public func show(_ event: TrainingEvent) {
        progress.take(event)
        attempt { try tensorBoard.take(event, progress) }
        switch event {
        case .stageStarted, .epochFinished: writePage(.running)
        case .stepped, .validated:
            if lastPage.map({ (ContinuousClock.now - $0) / .seconds(1) >= Self.pause }) ?? true { writePage(.running) }
        default: break
        }
    }

    /// The last word of a run that had begun; of one that had not, there is nothing to show.
    public func end(_ state: RunState) {
        if progress.stage != nil { writePage(state) }
    }

    private func writePage(_ state: RunState) {
        lastPage = .now
        attempt {
            try CurvesPage(
                title: folder.url.lastPathComponent, configuration: configuration, records: EpochRecord.read(folder.metrics),
                progress: progress, state: state, written: .now
            ).page.write(to: folder.curves)
        }
    }

    private func attempt(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            if told.insert("\(error)").inserted { onProblem(error) }
        }
    }
}

extension RunFolder {
    /// The live page of curves.
    public var curves: URL { url.appending(path: "curves.html") }
    /// The folder of TensorBoard's event files.
    public var tensorBoard: URL { url.appending(path: "tensorboard", directoryHint: .isDirectory) }
}
