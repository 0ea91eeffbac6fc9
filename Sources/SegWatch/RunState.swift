/// How a training is doing.
public enum RunState: Sendable, Hashable {
    case running
    case finished
    /// It was asked to stop, and saved; with how to go on.
    case stopped(advice: String)
    /// It cannot go on; with why.
    case failed(reason: String)
}
