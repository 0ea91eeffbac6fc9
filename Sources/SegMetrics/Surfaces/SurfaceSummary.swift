/// The surface distances of a class, averaged over the cases in which they are defined.
public struct SurfaceSummary: Sendable, Hashable, Codable {
    /// A mean over cases with its interval over the groups.
    public struct Mean: Sendable, Hashable, Codable {
        public let value: Double?
        public let low: Double?
        public let high: Double?

        package var interval: Bootstrap.Estimate.Interval? { .init(low, high) }
    }

    public let className: String
    /// Cases that both maps have the class in: the means of distances are over these.
    public let measured: Int
    /// Cases whose truth has the class and whose prediction lacks it; they have no distance and a surface Dice of 0.
    public let missed: Int
    /// Cases whose prediction has the class and whose truth lacks it; they have no distance and a surface Dice of 0.
    public let invented: Int
    /// Cases in which both lack the class; they have no part in any mean.
    public let absent: Int
    public let hausdorff: Mean
    public let hausdorff95: Mean
    public let averageSymmetric: Mean
    public let surfaceDice: Mean

    enum CodingKeys: String, CodingKey {
        case className = "class"
        case measured, missed, invented, absent, hausdorff
        case hausdorff95 = "hausdorff_95"
        case averageSymmetric = "average_symmetric_surface_distance"
        case surfaceDice = "normalized_surface_dice"
    }
}

extension SurfaceStore {
    /// A summary of each row but the background.
    public func summaries(of classes: ScoredClasses, by bootstrap: Bootstrap) -> [SurfaceSummary] {
        classes.rowsWithoutBackground.map { index in
            summary(of: entries.filter { $0.classIndex == index }, className: classes.rows[index].name, by: bootstrap)
        }
    }

    private func summary(of entries: [Entry], className: String, by bootstrap: Bootstrap) -> SurfaceSummary {
        // Sum and count of the four numbers for each group.
        var order: [String] = []
        var sums: [String: [Double]] = [:]
        for entry in entries {
            if sums[entry.group] == nil { order.append(entry.group) }
            let values = [entry.hausdorff, entry.hausdorff95, entry.averageSymmetric, entry.surfaceDice]
            for (place, value) in values.enumerated() {
                sums[entry.group, default: [Double](repeating: 0, count: 8)][2 * place] += value ?? 0
                sums[entry.group]?[2 * place + 1] += value == nil ? 0 : 1
            }
        }
        let units = order.compactMap { sums[$0] }
        let means = bootstrap.estimates(of: units) { sum in
            (0..<4).map { place in
                guard sum.count == 8, sum[2 * place + 1] > 0 else { return nil }
                return sum[2 * place] / sum[2 * place + 1]
            }
        }.map { SurfaceSummary.Mean(value: $0.value, low: $0.interval?.low, high: $0.interval?.high) }
        return SurfaceSummary(
            className: className, measured: entries.count { !$0.isEmptyInTruth && !$0.isEmptyInPrediction },
            missed: entries.count { !$0.isEmptyInTruth && $0.isEmptyInPrediction },
            invented: entries.count { $0.isEmptyInTruth && !$0.isEmptyInPrediction },
            absent: entries.count { $0.isEmptyInTruth && $0.isEmptyInPrediction },
            hausdorff: means[0], hausdorff95: means[1], averageSymmetric: means[2], surfaceDice: means[3])
    }
}
