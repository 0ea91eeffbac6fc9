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
                argmax, or what marginseg select stored.
                """))
    var decision: DecisionName?

    @Option(
        help: ArgumentHelp(
            "What is done to label maps at native size, as the last thing: stored or none.",
            discussion: """
                stored: the steps that raised the score when marginseg calibrate tried them on validation: holes filled, the largest \
                component kept, small objects removed. none: nothing, as nnUNetv2_predict. Default: none, or what marginseg \
                select stored.
                """))
    var postProcessing: PostProcessingName?

    /// Has the model do so, and says what that means.
    ///
    /// - Parameters:
    ///   - place: the run or checkpoint that was named first.
    ///   - selection: what holds where no option is named.
    /// - Throws: `FileError` where the decision is not there or not the model's.
    func apply(to model: SegmentationModel, of place: URL, over selection: Selection? = nil) throws {
        let file = DecisionFile.url(of: place)
        let processing = postProcessing ?? selection.map { $0.chosen.isPostProcessed ? .stored : .none }
        let notes = try model.decide(decision ?? selection?.chosen.decision, by: file) + model.postProcess(processing, by: file)
        for note in notes { Terminal.write("note: \(note)\n") }
    }
}

extension DecisionName: ExpressibleByArgument {}
extension PostProcessingName: ExpressibleByArgument {}
