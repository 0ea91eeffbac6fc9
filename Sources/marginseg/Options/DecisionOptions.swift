import ArgumentParser
import Foundation
import SegInference

/// How classes follow from scores, and what becomes of the label maps.
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

    @Option(
        help: ArgumentHelp(
            "What is done to label maps at native size, as the last thing: stored or none.",
            discussion: """
                stored: the steps that raised the score when marginseg calibrate tried them on validation: holes filled, the largest \
                component kept, small objects removed. none: nothing, as nnUNetv2_predict. Default: none.
                """))
    var postProcessing: PostProcessingName?

    /// Has the model do so, and says what that means.
    ///
    /// - Parameter place: the run or checkpoint that was named first.
    /// - Throws: `FileError` where the decision is not there or not the model's.
    func apply(to model: SegmentationModel, of place: URL) throws {
        let file = DecisionFile.url(of: place)
        let notes = try model.decide(decision, by: file) + model.postProcess(postProcessing, by: file)
        for note in notes { Terminal.write("note: \(note)\n") }
    }
}

extension DecisionName: ExpressibleByArgument {}
extension PostProcessingName: ExpressibleByArgument {}
