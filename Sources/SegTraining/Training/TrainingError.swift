import SegData

/// A run that cannot go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// The loss of a step is NaN or infinite.
    case lossNotFinite(value: Double, stage: String, epoch: Int, step: Int, samples: [String])
    /// The objective of a stage asks for what the training labels do not give.
    case objective(String, stage: String, problem: String)
    /// The starting weights are of another kind of network.
    case otherNetwork(path: String, key: String, expected: String, found: String)
    /// A run would go on with other training labels than it began with.
    case otherData(origin: String, expected: [Int], found: [Int])

    public var description: String {
        switch self {
        case .lossNotFinite(let value, let stage, let epoch, let step, let samples):
            "the loss is \(value) in stage '\(stage)', epoch \(epoch), step \(step), for \(samples.prefix(4).joined(separator: ", "))"
                + "\(samples.count > 4 ? " and \(samples.count - 4) more" : ""); try a smaller learning_rate; the checkpoints before are kept"
        case .objective(let objective, let stage, let problem):
            "the objective '\(objective)' of stage '\(stage)' does not fit the training labels: \(problem)"
        case .otherNetwork(let path, let key, let expected, let found):
            "\(path) does not fit this run: \(key) is \(found) there and \(expected) here"
        case .otherData(let origin, let expected, let found):
            "\(origin) has other training labels than the run began with: \(found) pixels of the classes, expected \(expected)"
        }
    }
}
