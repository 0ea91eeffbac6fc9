import MarginCalibration
import MedicalImages

/// The planes of a split in memory, decoded and prepared once.
public struct PlaneStore: PlaneSource {
    /// Which planes are kept.
    public enum Selection: String, Sendable, Codable, CaseIterable {
        /// Every plane.
        case all
        /// Planes with a pixel of a class other than 0. The paper's authors leave out lesion-free CT slices so.
        case foregroundOnly = "foreground_only"
    }

    /// In the order of the cases, and of the planes in each.
    public let samples: [PlaneSample]
    /// Pixels of each class over the kept planes, at the size that the network sees, without ignored ones.
    public let labelDistribution: LabelDistribution
    /// Planes that the selection left out.
    public let leftOut: Int
    public let channels: Int
    public let size: PlaneSize

    /// Decodes the planned cases, `workers` at a time.
    ///
    /// - Throws: `CaseError` for files that do not fit the recipe, or where no plane is left; `ImageFileError`, `FileError`.
    public init(_ plan: PlanePlan, selection: Selection = .all, workers: Int = 1) throws {
        let reader = try CaseReader(plan.recipe)
        let classCount = plan.recipe.labels.classCount
        let parts = try concurrentMap(plan.cases.map(\.dataCase), workers: workers) { dataCase in
            try Part(reader.read(dataCase), recipe: plan.recipe, classCount: classCount, selection: selection)
        }
        samples = parts.flatMap(\.samples)
        leftOut = parts.reduce(0) { $0 + $1.leftOut }
        guard !samples.isEmpty else { throw CaseError.nothingLeft(cases: plan.cases.count) }
        labelDistribution = try parts.map(\.labels).reduce(LabelDistribution(counts: Array(repeating: 0, count: classCount))) {
            $0.adding($1)
        }
        channels = plan.channels
        size = plan.recipe.fit.size
    }

    public var count: Int { samples.count }

    public func sample(at index: Int) -> PlaneSample { samples[index] }

    /// The kept planes of one case.
    private struct Part: Sendable {
        var samples: [PlaneSample] = []
        var labels: LabelDistribution
        var leftOut = 0

        init(_ prepared: PreparedCase, recipe: PlaneRecipe, classCount: Int, selection: Selection) throws {
            labels = try LabelDistribution(counts: Array(repeating: 0, count: classCount))
            for plane in 0..<recipe.axis.planeCount(of: prepared.extent) {
                // The plan refuses cases without labels.
                guard let native = prepared.nativeLabels(plane: plane, axis: recipe.axis),
                    let sample = prepared.sample(plane: plane, recipe: recipe)
                else { continue }
                let counted = try LabelDistribution.counting(native, classCount: classCount, ignoring: LabelMap.ignored)
                guard selection == .all || counted.counts[0] < counted.total else {
                    leftOut += 1
                    continue
                }
                labels = labels.adding(
                    try LabelDistribution.counting(sample.labels, classCount: classCount, ignoring: LabelMap.ignored))
                samples.append(sample)
            }
        }
    }
}
