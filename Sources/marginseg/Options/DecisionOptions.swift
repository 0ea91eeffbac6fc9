import ArgumentParser
import Foundation
import SegInference

/// How classes follow from scores.
struct DecisionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How classes follow from scores: argmax, calibrated or iou.",
            discussion: """
                argmax: the largest score. calibrated: the largest with the class offsets that marginseg calibrate stored beside the \
                checkpoint, if any gained. iou: the class that adds most to the mean IoU where probabilities are what they say, a \
                pixel of one class being worth its while above J/(1+J) at an IoU of J, as found by marginseg calibrate. Default: \
                argmax.
                """))
    var decision: DecisionName?

    /// Has the model decide so, and says what that means.
    ///
    /// - Parameter place: the run or checkpoint that was named first.
    /// - Throws: `FileError` where the decision is not there or not the model's.
    func apply(to model: SegmentationModel, of place: URL) throws {
        for note in try model.decide(decision, by: DecisionFile.url(of: place)) { Terminal.write("note: \(note)\n") }
    }
}

extension DecisionName: ExpressibleByArgument {}
