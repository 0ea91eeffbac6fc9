import SegMetrics

/// Notices a network that has given up classes: objectives of overlap, from scratch, are known for it.
enum BackgroundCollapse {
    /// Classes but the background that the labels have and no predicted pixel has.
    static func neverPredicted(_ matrix: ConfusionMatrix, of classes: ScoredClasses) -> [String] {
        classes.foregroundClasses.filter { k in
            let all = 0..<matrix.classCount
            return all.contains { matrix[truth: k, prediction: $0] > 0 }
                && !all.contains { matrix[truth: $0, prediction: k] > 0 }
        }.map { classes.names[$0] }
    }

    /// What to tell of it; nil where every class is predicted.
    static func warning(_ missing: [String], of classes: ScoredClasses) -> String? {
        guard !missing.isEmpty else { return nil }
        let list = missing.map { "'\($0)'" }.joined(separator: ", ")
        return missing.count == classes.names.count - 1
            ? "the network has collapsed to \(classes.hasBackground ? "background" : "one class"), no pixel is \(list); if it stays so, pre-train with cross_entropy for longer, or try another learning_rate"
            : "no pixel is predicted as \(list); if it stays so, pre-train with cross_entropy for longer"
    }
}
