/// A run that cannot go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// A number of a step (the loss, the norm of the gradient) is NaN or infinite; its samples are in the file.
    case notFinite(what: String, value: Double, at: String, samples: [String], file: String)
    /// The weights are NaN, infinite or beyond all measure after a step; they were not saved.
    case weightsNotFinite(at: String)
    /// What the data show makes training useless or impossible: problems as `inspect` names them.
    case data(origin: String, problems: [String])
    /// The objective of a stage asks for what the training labels do not give.
    case objective(String, stage: String, problem: String)
    /// The starting weights are of another kind of network.
    case otherNetwork(path: String, key: String, expected: String, found: String)
    /// No step holds so many samples; it does `fitting`, or none where that is nil.
    case batchTooLarge(Int, of: String, accumulate: Int, device: String, fitting: Int?)
    /// A device failed while it recorded a step.
    case graph(String)
    /// A run would go on with other training labels than it began with.
    case otherData(origin: String, expected: [Int], found: [Int])

    private static let advice =
        "the checkpoints before are kept; look at the samples, or try a smaller learning_rate, clip_norm=1 or precision=float32"

    public var description: String {
        switch self {
        case .notFinite(let what, let value, let place, let samples, let file):
            "the \(what) is \(value) in \(place), for \(samples.prefix(4).joined(separator: ", "))"
                + "\(samples.count > 4 ? " and \(samples.count - 4) more" : ""), which are in \(file); \(Self.advice)"
        case .weightsNotFinite(let place): "the weights are not finite after \(place); \(Self.advice)"
        case .data(let origin, let problems):
            "\(origin): \(problems.joined(separator: "; "))"
        case .objective(let objective, let stage, let problem):
            "the objective '\(objective)' of stage '\(stage)' does not fit the training labels: \(problem)"
        case .otherNetwork(let path, let key, let expected, let found):
            "\(path) does not fit this run: \(key) is \(found) there and \(expected) here"
        case .batchTooLarge(let count, let size, let accumulate, let device, let fitting):
            "a step on \(count) samples of \(size) needs more memory than \(device) has free; "
                + (fitting.map {
                    let batches = (count * accumulate + $0 - 1) / $0
                    return
                        "\($0) would fit: choose training.batch_size=\($0), with training.accumulate=\(batches) for steps on \(batches * $0) samples"
                } ?? "not even one fits: choose a smaller input.fit or a narrower network")
        case .graph(let reason):
            "the device failed while it recorded a step as a graph: \(reason); go on with training.step_graph=never, the checkpoints before are kept"
        case .otherData(let origin, let expected, let found):
            "\(origin) has other training labels than the run began with: \(found) pixels of the classes, expected \(expected)"
        }
    }
}
