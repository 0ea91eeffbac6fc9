import DurableFiles
import Foundation
import PostProcessing
import SegInference
import SegMetrics

/// What `nnUNetv2_find_best_configuration` found to be worth doing to label maps, on the cases that its folds had not seen.
///
/// nnU-Net applies a file of Python's, `postprocessing.pkl`; `postprocessing.json` beside it says the same in words.
struct NnUNetPostProcessing {
    let learned: LearnedPostProcessing
    /// The mean Dice of the foreground, without and with the steps.
    let dice: (before: Double, after: Double)

    /// Nil where there is none.
    ///
    /// - Parameter foreground: the values of the classes but the background.
    /// - Throws: `JSONError`, `FileError` for files that cannot be read, and for steps of another kind.
    init?(in folder: URL, foreground: [Int]) throws {
        let url = folder.appending(path: "postprocessing.json")
        guard FileSystem.kind(of: url) == .file else { return nil }
        let file = try JSONNode(file: url)
        let names = try file.member("postprocessing_fns").elements()
        let arguments = try file.member("postprocessing_kwargs").elements()
        guard names.count == arguments.count else {
            throw try file.member("postprocessing_kwargs").mismatch("as many as postprocessing_fns has, \(names.count)")
        }
        let steps = try zip(names, arguments).map { name, arguments -> PostProcessingStep in
            guard try name.text() == "remove_all_but_largest_component_from_segmentation" else {
                throw name.mismatch("'remove_all_but_largest_component_from_segmentation'")
            }
            if let background = try arguments.value("background_label"), try background.wholeNumber() != 0 {
                throw background.mismatch("0")
            }
            return .keepLargest(of: try Self.classes(arguments.member("labels_or_regions"), foreground: foreground))
        }
        func score(_ key: String) throws -> Double {
            try file.member(key).member("foreground_mean").member("Dice").number()
        }
        dice = (try score("input_folder"), try score("postprocessed"))
        let cases = try JSONNode(file: folder.appending(path: "summary.json")).member("metric_per_case").elements().count
        learned = LearnedPostProcessing(
            steps: PostProcessing(steps), score: .dice, tolerance: 0, caseCount: cases, groupCount: cases, trials: [])
    }

    private static func classes(_ labels: JSONNode, foreground: [Int]) throws -> StepClasses {
        let values = labels.isList ? try labels.wholeNumbers() : [try labels.wholeNumber()]
        guard !values.isEmpty, Set(values).count == values.count, values.allSatisfy(foreground.contains) else {
            throw labels.mismatch("values of classes, of \(foreground.map(String.init).joined(separator: ", "))")
        }
        return Set(values) == Set(foreground) && values.count > 1 ? .foreground : .classes(values)
    }

    /// What became of it, for whoever imports it.
    func note(_ scored: ScoredClasses) -> String {
        guard let words = learned.steps.words(scored) else { return "nnU-Net found no post-processing that raises its Dice" }
        return "nnU-Net's post-processing is stored, --post-processing stored applies it: \(words) "
            + String(format: "(mean Dice %.4f, before %.4f)", dice.after, dice.before)
    }

    /// What a model of ours keeps of it.
    ///
    /// - Parameter weights: the checksums of the networks.
    func decision(weights: [String], classNames: [String]) -> StoredDecision {
        StoredDecision(
            of: "nnU-Net's cross-validation", inference: "nnU-Net's folds, each of cases that it has not seen",
            metric: "the mean Dice of cases", value: dice.before, weights: weights, classNames: classNames,
            postProcessing: learned)
    }
}
