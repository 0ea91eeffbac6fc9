import MarginCalibration
import MedicalImages

/// How many pixels of each class training sees: over the planes that it keeps, at the size that it sees them in.
public struct LabelStatistics: Sendable, Hashable, Codable {
    /// Without ignored pixels.
    public let labels: LabelDistribution
    /// Planes that take part.
    public let planes: Int
    /// Planes that the selection leaves out.
    public let leftOut: Int

    /// Counts the labels of cases, `workers` at a time; opens no image.
    ///
    /// - Parameter onCase: called with the number of cases counted.
    /// - Throws: `CaseError` for labels that do not fit the recipe; `SettingError`, `ImageFileError`, `FileError`.
    public init(
        counting cases: [DataCase], recipe: PlaneRecipe, selection: PlaneStore.Selection,
        workers: Int = 1,
        onCase: (Int) -> Void = { _ in }
    ) throws {
        try recipe.validate()
        let classCount = recipe.labels.classCount
        var total = try LabelStatistics(none: classCount)
        for start in stride(from: 0, to: cases.count, by: 8 * workers) {
            let batch = Array(cases[start..<min(start + 8 * workers, cases.count)])
            let counted = try concurrentMap(batch, workers: workers) { dataCase in
                try LabelStatistics(dataCase, recipe: recipe, selection: selection)
            }
            total = counted.reduce(total) { $0.adding($1) }
            onCase(start + batch.count)
        }
        self = total
    }

    private init(_ dataCase: DataCase, recipe: PlaneRecipe, selection: PlaneStore.Selection) throws {
        guard let source = dataCase.label else {
            throw CaseError.noLabel(path: dataCase.images[0].path)
        }
        let reading = try LabelReading(source)
        let path = source.first.path
        var extent = reading.extent
        if let crop = recipe.crop { extent = try crop.extent(in: extent, path: path) }
        // The spacing that training sees is the image's.
        let geometry = try recipe.spacing.flatMap { _ in try ImageFile.readInfo(dataCase.images[0]).geometry }
        let route = try recipe.route(of: extent, geometry: geometry, path: path)
        let classes = try reading.classes(recipe, path: path)
        var found = try LabelStatistics(none: recipe.labels.classCount)
        for number in 0..<recipe.axis.planeCount(of: extent) {
            let plane = recipe.axis.plane(number, of: classes, extent: extent)
            let isKept = selection == .all || plane.contains { $0 != 0 && $0 != LabelMap.ignored }
            let counted = try LabelDistribution.counting(
                isKept ? route.apply(toLabels: plane) : [],
                classCount: recipe.labels.classCount,
                ignoring: LabelMap.ignored)
            found = found.adding(
                LabelStatistics(labels: counted, planes: isKept ? 1 : 0, leftOut: isKept ? 0 : 1))
        }
        self = found
    }

    private init(none classCount: Int) throws {
        self.init(
            labels: try LabelDistribution(counts: Array(repeating: 0, count: classCount)), planes: 0,
            leftOut: 0)
    }

    init(labels: LabelDistribution, planes: Int, leftOut: Int) {
        self.labels = labels
        self.planes = planes
        self.leftOut = leftOut
    }

    private func adding(_ other: LabelStatistics) -> LabelStatistics {
        LabelStatistics(
            labels: labels.adding(other.labels), planes: planes + other.planes,
            leftOut: leftOut + other.leftOut)
    }
}
