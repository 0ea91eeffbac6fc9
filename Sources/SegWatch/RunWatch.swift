import Foundation
import SegConfiguration
import SegInference
import SegTraining

/// Leaves in a run's folder what one wants to see of it while it trains: `curves.html`, a page that a browser opens without a
/// server, and event files for TensorBoard in `tensorboard/`.
///
/// Watching never stops a run: a file that cannot be written is reported once and tried again.
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

    /// Shows how a run ended; one that never began has no page.
    public func end(_ state: RunState) {
        if progress.stage != nil { writePage(state) }
    }

    private func writePage(_ state: RunState) {
        lastPage = .now
        attempt {
            try CurvesPage(
                title: folder.url.lastPathComponent, configuration: configuration, records: folder.epochs(),
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

/// How a training is doing.
public enum RunState: Sendable, Hashable {
    case running
    case finished
    /// It was asked to stop, and saved; with how to go on.
    case stopped(advice: String)
    /// It cannot go on; with why.
    case failed(reason: String)
}
