import SegConfiguration
import SegTraining

/// How far a training is: gathers its events for whoever shows them.
public struct TrainingProgress: Sendable {
    /// The stage under way.
    public private(set) var stage: TrainingEvent.StageStart?
    /// The last step.
    public private(set) var step: TrainingEvent.Step?
    /// Of the last steps of the stage, later ones with more weight.
    public private(set) var loss: Double?
    /// Cases of the validation under way.
    public private(set) var validation: Validation?
    /// Steps of the stages before, had each all its epochs.
    private var stepsBefore = 0
    private let stages: [StageConfiguration]

    // Of this session, for speed and time left.
    private var start: ContinuousClock.Instant?
    private var searchStart: ContinuousClock.Instant?
    private var stepsDone = 0
    // Of the epoch under way, without validation.
    private var lastInstant: ContinuousClock.Instant?
    private var images = 0
    private var seconds = 0.0

    public struct Validation: Sendable, Hashable {
        public let done: Int
        public let cases: Int
    }

    /// Before the first event.
    ///
    /// - Parameter stages: those of the configuration.
    public init(stages: [StageConfiguration]) { self.stages = stages }

    /// How much a new loss counts beside those before.
    private static let weight = 0.1

    /// Takes notice of an event.
    public mutating func take(_ event: TrainingEvent, at instant: ContinuousClock.Instant = .now) {
        switch event {
        case .stageStarted(let start):
            stepsBefore = stages.prefix(start.number - 1).reduce(0) { $0 + $1.epochs } * start.stepsPerEpoch
            (stage, step, loss) = (start, nil, nil)
            // What a search took says nothing of the pace of steps.
            if let began = self.start, let searchStart { self.start = began + (instant - searchStart) }
            (self.start, searchStart) = (self.start ?? instant, nil)
            beginEpoch(at: instant)
        case .stepped(let step):
            self.step = step
            loss = loss.map { (1 - Self.weight) * $0 + Self.weight * step.loss } ?? step.loss
            stepsDone += 1
            images += step.images
            if let lastInstant { seconds += (instant - lastInstant) / .seconds(1) }
            lastInstant = instant
        case .validating(let cases): validation = Validation(done: 0, cases: cases)
        case .validated(let done): validation = Validation(done: done.number, cases: validation?.cases ?? done.number)
        case .epochFinished:
            validation = nil
            beginEpoch(at: instant)
        case .searching: searchStart = searchStart ?? instant
        case .preparing, .prepared, .searched, .marginsGathered, .warned: break
        }
    }

    private mutating func beginEpoch(at instant: ContinuousClock.Instant) {
        (lastInstant, images, seconds) = (instant, 0, 0)
    }
}

extension TrainingProgress {
    /// Steps since the run began, over all its stages and sessions; a stage that ended early counts as whole.
    public var totalStep: Int { stepsBefore + (step?.step ?? stage?.firstStep ?? 0) }

    /// Of the epoch under way; nil before its first step.
    public var imagesPerSecond: Double? { seconds > 0 ? Double(images) / seconds : nil }

    /// To the end of the run, at the pace of this session with its validations; nil before the first step. A stage that ends
    /// early makes it less.
    public func secondsLeft(at instant: ContinuousClock.Instant = .now) -> Double? {
        guard let start, let stage, let step, stepsDone > 0 else { return nil }
        let later = stages.dropFirst(stage.number).reduce(0) { $0 + $1.epochs } * stage.stepsPerEpoch
        return (instant - start) / .seconds(1) / Double(stepsDone) * Double(step.steps - step.step + later)
    }
}
