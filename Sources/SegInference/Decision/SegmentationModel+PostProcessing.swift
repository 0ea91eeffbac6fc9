import DurableFiles
import Foundation
import PostProcessing

/// Whether label maps are post-processed, by the name that options use.
public enum PostProcessingName: String, Sendable, Hashable, Codable, CaseIterable {
    /// By the steps that `marginseg calibrate` stored.
    case stored
    /// Label maps stay as they are.
    case none
}

extension SegmentationModel {
    /// Has label maps changed by the steps that were stored for this model and its decision, which comes first.
    ///
    /// - Parameters:
    ///   - name: nil: none, and what is stored is told.
    ///   - file: the stored decision.
    /// - Returns: what its user should know, a line each.
    /// - Throws: `FileError` for a file that is missing or cannot be read, one of other weights, and one without steps for the
    ///   decision; `PostProcessingError` for steps of other classes.
    public func postProcess(_ name: PostProcessingName?, by file: URL) throws -> [String] {
        postProcessing = nil
        let scored = configuration.data.scoredClasses
        guard name == .stored else {
            guard name == nil, let stored = try? DecisionFile.read(file), stored.weights == weights,
                let steps = stored.postProcessing(after: decision.name)?.steps.words(scored)
            else { return [] }
            return [
                "label maps stay as they are; \(file.path) holds post-processing that raised the validation score (\(steps)), "
                    + "--post-processing stored applies it"
            ]
        }
        guard FileSystem.kind(of: file) == .file else {
            throw FileError(
                file, "is missing", reason: "stored post-processing lies in it; run marginseg calibrate on the model first")
        }
        let stored = try storedDecision(in: file)
        guard let learned = stored.postProcessing(after: decision.name) else {
            let known = (stored.postProcessing ?? []).map { "'\($0.decision.rawValue)'" }
            throw FileError(
                file, "holds no post-processing for the decision '\(decision.name.rawValue)'",
                reason: known.isEmpty
                    ? "none was learned; run marginseg calibrate on the model, whose data must have a background"
                    : "it was learned for \(known.joined(separator: " and ")); name one of these by --decision")
        }
        try learned.steps.require(scored)
        postProcessing = learned
        guard let words = learned.steps.words(scored) else {
            return ["no step raised the score when the model was calibrated: label maps stay as they are"]
        }
        return ["label maps are post-processed by \(file.path): \(words)"] + otherScores(than: stored, for: "the post-processing")
    }
}

extension Decision {
    var name: DecisionName {
        switch self {
        case .argmax: .argmax
        case .offsets: .calibrated
        case .iou: .iou
        }
    }
}
