import DurableFiles
import Foundation

extension SegmentationModel {
    /// The checksums of the checkpoints whose scores are averaged, sorted; empty where there are none.
    var weights: [String] { (checksum ?? "").split(separator: "+").map(String.init).sorted() }

    /// Has classes follow from scores by a decision, which for all but argmax was stored for this model.
    ///
    /// - Parameters:
    ///   - name: nil: argmax, and what is stored is told.
    ///   - file: the stored decision.
    /// - Returns: what its user should know, a line each.
    /// - Throws: `FileError` for a file that is missing or cannot be read, a decision of other weights, and one that is not
    ///   defined.
    public func decide(_ name: DecisionName?, by file: URL) throws -> [String] {
        guard let name, name != .argmax else {
            decision = .argmax
            return name == nil ? remark(on: file) : []
        }
        guard FileSystem.kind(of: file) == .file else {
            throw FileError(
                file, "is missing", reason: "the decision '\(name.rawValue)' needs it; run marginseg calibrate on the model first"
            )
        }
        let stored = try storedDecision(in: file)
        guard let found = stored.decision(name) else {
            if name == .calibrated {
                decision = .argmax
                return ["no offsets gained when the model was calibrated: the largest score decides"]
            }
            throw FileError(
                file, "gives no decision by IoU",
                reason:
                    "\(IoUGains(rows: stored.rows).problem ?? "") on \(stored.reference), expected above 0; use --decision argmax "
                    + "or calibrated")
        }
        decision = found
        return ["classes follow from \(found.words ?? ""), of \(file.path)"] + otherScores(than: stored, for: "the decision")
    }

    /// That something was found for scores that were made in another way than this model's.
    func otherScores(than stored: StoredDecision, for use: String) -> [String] {
        guard stored.inference != scoring else { return [] }
        let plain = "one network on whole inputs"
        return ["\(use) was found for scores of \(stored.inference ?? plain), and is used for those of \(scoring ?? plain)"]
    }

    /// - Throws: `FileError` for a file that cannot be read, and a decision of other weights.
    func storedDecision(in file: URL) throws -> StoredDecision {
        let stored = try DecisionFile.read(file)
        guard stored.weights == weights, stored.classNames == configuration.data.classNames else {
            throw FileError(
                file, "cannot be used as a decision of \(source ?? "this model")",
                reason: "it was found for other weights, those of \(stored.weights.joined(separator: "+")), expected "
                    + "\(weights.joined(separator: "+")); run marginseg calibrate on the same models")
        }
        return stored
    }

    /// That offsets which gain are stored and not used.
    private func remark(on file: URL) -> [String] {
        guard let stored = try? DecisionFile.read(file), stored.offsets != nil, stored.weights == weights else { return [] }
        return ["the largest score decides; \(file.path) holds offsets that gained, --decision calibrated uses them"]
    }
}
