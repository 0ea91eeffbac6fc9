import DataSets
import MarginCalibration
import MedicalImages

/// How many pixels of each class training sees: over the samples that it keeps, at the size that it sees them in.
public struct LabelStatistics: Sendable, Hashable, Codable {
    /// Without ignored pixels. Where training draws random windows, how many pixels those of a pass hold on average.
    public let labels: LabelDistribution
    /// Planes, or whole volumes, that take part.
    public let samples: Int
    /// Those that the selection leaves out.
    public let leftOut: Int
}

extension LabelStatistics {
    /// Counts the labels of cases, `workers` at a time; opens no image, but for its header where the recipe asks how its voxels lie, and
    /// for all of it where it is cropped to what is not 0.
    ///
    /// - Parameter onCase: called with the number of cases counted.
    /// - Throws: `CaseError` for labels that do not fit the recipe; `SettingError`, `ImageFileError`, `FileError`.
    public init(
        counting cases: [DataCase], recipe: Recipe, selection: SampleSelection,
        workers: Int = 1,
        onCase: (Int) -> Void = { _ in }
    ) throws {
        try recipe.validate()
        var total = LabelTally(labelCount: recipe.labels.classCount, recipe: recipe, selection: selection)
        for start in stride(from: 0, to: cases.count, by: 8 * workers) {
            let batch = Array(cases[start..<min(start + 8 * workers, cases.count)])
            let counted = try concurrentMap(batch, workers: workers) { dataCase in
                try Self.tally(dataCase, recipe: recipe, selection: selection)
            }
            for tally in counted { total.join(tally) }
            onCase(start + batch.count)
        }
        try self.init(total)
    }

    private static func tally(_ dataCase: DataCase, recipe: Recipe, selection: SampleSelection) throws -> LabelTally {
        guard let source = dataCase.label else {
            throw CaseError.noLabel(path: dataCase.image.path)
        }
        let path = source.first.path
        // The axes and the spacing that training sees are the image's.
        let image = try ImageFile.readInfo(dataCase.image.first)
        let reading = try LabelReading(
            source, on: recipe.labelGrid.of(image.extent, image.geometry, path: dataCase.image.path))
        let geometry = recipe.needsGeometry ? image.geometry : nil
        let nonzero = try recipe.needsImage ? nonzeroBox(of: dataCase, reading, path: path) : nil
        let grid = try recipe.grid(of: reading.extent, geometry, path: path, nonzero: nonzero)
        var tally = LabelTally(labelCount: recipe.labels.classCount, recipe: recipe, selection: selection)
        try tally.add(volume: grid.apply(to: reading.classes(recipe.labels, path: path)), on: grid)
        return tally
    }

    private static func nonzeroBox(of dataCase: DataCase, _ reading: LabelReading, path: String) throws -> GridBox? {
        let images = try dataCase.image.files.map { try ImageFile.read($0) }
        for (image, url) in zip(images, dataCase.image.files) where image.extent.sizes != reading.extent.sizes {
            throw CaseError.sizes(label: path, labelExtent: reading.extent, image: url.path, imageExtent: image.extent)
        }
        return GridBox(nonzeroOf: images)
    }

    init(_ tally: LabelTally) throws {
        self.init(labels: try tally.distribution, samples: tally.samples, leftOut: tally.leftOut)
    }
}
