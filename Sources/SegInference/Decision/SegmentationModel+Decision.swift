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
        var (stored, notes) = try storedDecision(in: file, for: "the decision", name.rawValue)
        switch name {
        case .argmax: decision = .argmax
        case .calibrated:
            decision = stored.offsets.map(Decision.offsets) ?? .argmax
            notes.append(
                stored.offsets == nil
                    ? "no offsets gained when the model was calibrated: the largest score decides"
                    : "classes follow from \(decision.words ?? ""), of \(file.path)")
        case .iou:
            let gains = IoUGains(rows: stored.rows)
            if let row = gains.undefinedRow {
                throw FileError(
                    file, "gives no decision by IoU",
                    reason: "the IoU of '\(row.name)' was \(row.iou) on \(stored.reference), expected above 0; use --decision "
                        + "argmax or calibrated")
            }
            decision = .iou(gains)
            notes.append("classes follow from \(decision.words ?? ""), of \(file.path)")
        }
        return notes
    }

    /// What a file holds for this model, with what its user should know.
    ///
    /// - Parameters:
    ///   - use: what of it is used, for messages: `the decision`.
    ///   - name: what was asked for.
    func storedDecision(in file: URL, for use: String, _ name: String) throws -> (stored: StoredDecision, notes: [String]) {
        guard FileSystem.kind(of: file) == .file else {
            throw FileError(file, "is missing", reason: "\(use) '\(name)' needs it; run marginseg calibrate on the model first")
        }
        let stored = try DecisionFile.read(file)
        guard stored.weights == weights, stored.classNames == configuration.data.classNames else {
            throw FileError(
                file, "cannot be used as a decision of \(source ?? "this model")",
                reason: "it was found for other weights, those of \(stored.weights.joined(separator: "+")), expected "
                    + "\(weights.joined(separator: "+")); run marginseg calibrate on the same models")
        }
        guard stored.inference != scoring else { return (stored, []) }
        let plain = "one network on whole inputs"
        return (
            stored,
            [
                "\(use) was found for scores of \(stored.inference ?? plain), and is used for those of \(scoring ?? plain)"
            ]
        )
    }

    /// That offsets which gain are stored and not used.
    private func remark(on file: URL) -> [String] {
        guard let stored = try? DecisionFile.read(file), stored.offsets != nil, stored.weights == weights else { return [] }
        return ["the largest score decides; \(file.path) holds offsets that gained, --decision calibrated uses them"]
    }
}
