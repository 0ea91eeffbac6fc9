import MarginCalibration
import SegConfiguration
import SegLosses

/// What a stage can minimise: its objective, made for the training labels, or where offsets are to be found, one for each of the
/// values that are tried.
struct StageObjectives {
    private let candidates: [(text: String, loss: any SegmentationLoss)]

    /// - Throws: `LossExpressionError`; `MarginOffsetsError` where no candidate can be made for these labels.
    init(_ stage: StageConfiguration, _ context: LossContext) throws {
        var candidates: [(String, any SegmentationLoss)] = []
        var problem: MarginOffsetsError?
        for text in stage.candidates {
            do {
                candidates.append((text, try LossExpression(text).makeLoss(context)))
            } catch let error as MarginOffsetsError {
                problem = problem ?? error
            }
        }
        if let problem, candidates.isEmpty { throw problem }
        self.candidates = candidates
    }

    /// In writing.
    var texts: [String] { candidates.map(\.text) }

    /// The objective of a name in writing; the first where there is none.
    func loss(_ text: String?) -> any SegmentationLoss { (candidates.first { $0.text == text } ?? candidates[0]).loss }
}
