extension Evaluation {
    /// A comma-separated table with a row for each resolution, case and row of scores: counts, scores and surface distances, for other
    /// programs' statistics. What is not defined is empty; IoU and Dice of a class that is empty in both follow the rule.
    public var csv: String {
        let header =
            ["resolution", "group", "case", "class", "true_positives", "false_positives", "false_negatives", "true_negatives"]
            + Score.ofClasses.map(\.rawValue)
            + ["hausdorff", "hausdorff_95", "average_symmetric_surface_distance", "normalized_surface_dice"]
        let resolutions = [("native", native)] + (network.map { [("network", $0)] } ?? [])
        let body = resolutions.flatMap { rows(of: $1, resolution: $0) }
        return ([header] + body).map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
    }

    private func rows(of scores: ResolutionScores, resolution: String) -> [[String]] {
        let surfaces = Dictionary(
            (scores.surfaces?.entries ?? []).map { ([$0.group, $0.caseID, "\($0.classIndex)"], $0) }, uniquingKeysWith: { $1 })
        let rule = scores.summary.emptyRule
        func cell(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        return scores.store.cases.flatMap { unit in
            classes.rows.enumerated().map { index, row in
                let found = ClassScores(of: row.classes, in: unit.matrix)
                let counts = [found.truePositives, found.falsePositives, found.falseNegatives, found.trueNegatives]
                let ratios = Score.ofClasses.map { found.value($0, rule) }
                let surface = surfaces[[unit.group, unit.id, "\(index)"]]
                let distances = [surface?.hausdorff, surface?.hausdorff95, surface?.averageSymmetric, surface?.surfaceDice]
                return [resolution, unit.group, unit.id, row.name] + counts.map(String.init) + ratios.map(cell)
                    + distances.map(cell)
            }
        }
    }

    /// As RFC 4180 wants it.
    private static func quoted(_ field: String) -> String {
        let isPlain = !field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
