import DataSets

/// What a prediction tells its observer, on the thread that it runs on.
public enum PredictionEvent: Sendable {
    /// The case is next: it is being read, or was read ahead.
    case started(index: Int, PredictionPlan.Job)
    /// The case is in memory and fits the model; its scores are next.
    case read(index: Int)
    /// Samples of the case scored, planes or the whole of it, and their number.
    case progressed(index: Int, done: Int, of: Int)
    /// The case's files are there.
    case written(Written)
    case leftOut(UnreadableCase)

    public struct Written: Sendable {
        /// Place in the plan, from 0.
        public let index: Int
        public let job: PredictionPlan.Job
        /// Of the image.
        public let planes: Int
        /// From the start of the case to the end of its files.
        public let seconds: Double
    }
}
