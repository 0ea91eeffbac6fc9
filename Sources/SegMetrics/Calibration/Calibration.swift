/// Whether a model's probabilities are what they say, over all pixels of an evaluation.
public struct Calibration: Sendable, Hashable, Codable {
    /// Of the predicted class: its probability against whether it is right.
    public private(set) var predicted: ReliabilityCurve
    /// Of each class against all others: its probability against whether the pixel is of it.
    public private(set) var classes: [ReliabilityCurve]

    /// Nothing counted yet.
    ///
    /// - Precondition: a class and a bin or more.
    public init(classCount: Int, binCount: Int = 15) {
        precondition(classCount > 0, "a class or more")
        predicted = ReliabilityCurve(binCount: binCount)
        classes = Array(repeating: ReliabilityCurve(binCount: binCount), count: classCount)
    }

    /// Counts the pixels of an image.
    ///
    /// - Parameters:
    ///   - probabilities: a plane for each class, which sum to 1 at every pixel.
    ///   - truth: the true class of each pixel, in the same order.
    ///   - ignored: pixels with this true label take no part.
    /// - Precondition: a plane for each class, a probability for each pixel.
    public mutating func add(probabilities: [[Float]], truth: [UInt8], ignoring ignored: UInt8? = nil) {
        precondition(
            probabilities.count == classes.count && probabilities.allSatisfy { $0.count == truth.count },
            "a plane for each class, a probability for each pixel")
        for (pixel, label) in truth.enumerated() where label != ignored {
            var best = 0
            for index in classes.indices {
                let probability = probabilities[index][pixel]
                classes[index].add(confidence: probability, isRight: index == Int(label))
                if probability > probabilities[best][pixel] { best = index }
            }
            predicted.add(confidence: probabilities[best][pixel], isRight: best == Int(label))
        }
    }

    /// Adds the counts of other images.
    ///
    /// - Precondition: as many classes and bins.
    public static func += (left: inout Calibration, right: Calibration) {
        precondition(left.classes.count == right.classes.count, "calibrations of equal classes")
        left.predicted += right.predicted
        for index in left.classes.indices { left.classes[index] += right.classes[index] }
    }
}
