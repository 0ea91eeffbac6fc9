import DurableFiles
import Foundation

/// The results folder of one of nnU-Net's trainings, `TRAINER__PLANS__CONFIGURATION`: `plans.json`, `dataset.json`, and the networks of
/// its folds.
struct NnUNetFolder {
    let url: URL
    let trainer: String
    /// Such as `3d_fullres`.
    let configuration: String
    /// The checkpoints by fold, in counted order; a training on all cases has the fold `all`.
    let folds: [(name: String, checkpoint: URL)]
    /// Whether a network of all cases is beside those of folds, and is left.
    let leavesAll: Bool

    var plans: URL { url.appending(path: "plans.json") }
    var dataSet: URL { url.appending(path: "dataset.json") }
    /// What `nnUNetv2_find_best_configuration` stored of the same folds, whether it is there or not.
    var crossValidation: URL {
        url.appending(path: "crossval_results_folds_" + folds.map(\.name).joined(separator: "_"))
    }

    /// Whether a folder is one of nnU-Net's results, or holds some.
    static func isOne(_ url: URL) -> Bool {
        FileSystem.kind(of: url.appending(path: "plans.json")) == .file || !trainings(in: url).isEmpty
    }

    /// - Parameter checkpoint: the file's name in each fold.
    /// - Throws: `FileError` for a folder that is none, or holds several; for one without finished folds.
    init(_ url: URL, checkpoint: String) throws {
        guard FileSystem.kind(of: url.appending(path: "plans.json")) == .file else {
            let trainings = Self.trainings(in: url)
            guard trainings.isEmpty else {
                throw FileError(
                    url, "holds trainings of nnU-Net's and is none",
                    reason: "name one: " + trainings.map(\.lastPathComponent).joined(separator: ", "))
            }
            throw FileError(
                url, "is no results folder of nnU-Net's",
                reason: "there is no plans.json in it; it should be TRAINER__PLANS__CONFIGURATION, with dataset.json and fold_0")
        }
        self.url = url
        let parts = url.standardizedFileURL.lastPathComponent.components(separatedBy: "__")
        guard parts.count == 3 else {
            throw FileError(
                url, "cannot be imported",
                reason: "its name says which configuration it is: expected TRAINER__PLANS__CONFIGURATION")
        }
        (trainer, configuration) = (parts[0], parts[2])
        let names = try FileSystem.list(url).filter { FileSystem.kind(of: $0) == .folder }.map(\.lastPathComponent)
            .filter { $0.hasPrefix("fold_") }
        let numbered = names.filter { Int($0.dropFirst(5)) != nil }
        // As nnU-Net does: the network of all cases where there are no folds.
        let chosen = numbered.isEmpty ? names.filter { $0 == "fold_all" } : numbered
        leavesAll = !numbered.isEmpty && names.contains("fold_all")
        folds = chosen.map { (String($0.dropFirst(5)), url.appending(path: $0).appending(path: checkpoint)) }
        guard !folds.isEmpty else {
            throw FileError(url, "holds no network", reason: "there is no fold_0 to fold_4 and no fold_all in it")
        }
        if let missing = folds.first(where: { FileSystem.kind(of: $0.checkpoint) != .file }) {
            let others = ((try? FileSystem.list(missing.checkpoint.deletingLastPathComponent())) ?? [])
                .map(\.lastPathComponent).filter { $0.hasSuffix(".pth") }
            throw FileError(
                missing.checkpoint, "is missing",
                reason: others.isEmpty
                    ? "the fold is not trained; move its folder away, and the others are imported"
                    : "the fold has \(others.joined(separator: ", ")); --checkpoint names one of a training that is not over")
        }
    }

    private static func trainings(in url: URL) -> [URL] {
        ((try? FileSystem.list(url)) ?? []).filter { FileSystem.kind(of: $0.appending(path: "plans.json")) == .file }
    }
}
