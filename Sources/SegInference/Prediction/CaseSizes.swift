import DataSets
import MedicalImages
import Sampling

/// How much work cases are, by the headers of their first files.
public struct CaseSizes: Sendable {
    /// One case.
    private struct Size: Sendable {
        let grid: CaseGrid
        /// Bytes of a sample in all files.
        let voxel: Int

        var planes: Int { grid.extent.depth }
        var samples: Int { grid.sampleCount }
        /// Of a sample as the network sees it.
        var input: GridSize { grid.route.inputSize }
    }

    /// In the order of the cases; nil where the header cannot be read, which is told when the case's turn comes.
    private let sizes: [Size?]
    /// For the models of other preparations that see the cases too.
    private let partners: [CaseSizes]

    /// Reads the headers.
    public init(_ cases: [DataCase], for model: SegmentationModel) {
        sizes = cases.map { dataCase in
            let image = dataCase.image
            guard let info = try? ImageFile.readInfo(image.first),
                let grid = try? model.recipe.grid(of: info.extent, info.geometry, path: image.path)
            else { return nil }
            return Size(grid: grid, voxel: info.voxelType.byteCount * image.files.count)
        }
        partners = model.partners.map { CaseSizes(cases, for: $0) }
    }

    /// Planes of all cases.
    public var planes: Int { sizes.reduce(0) { $0 + ($1?.planes ?? 0) } }

    /// Pixels that the network sees of each case: what its time follows; 0 where that is not known.
    public var work: [Int] { sizes.map { $0.map { $0.samples * $0.input.count } ?? 0 } }

    /// The bytes that the process takes in all for the largest case, estimated, and whether a second image besides keeps the limit;
    /// nil without a case.
    ///
    /// - Parameter inPlanes: whether parts of volumes are to be whole planes, as maps need them.
    public func memory(of model: SegmentationModel, inPlanes: Bool = false) -> (bytes: Int, allowsOverlap: Bool)? {
        let needs = sizes.compactMap(\.self).map { size in
            let image = size.grid.stored.sampleCount * size.voxel
            return (total: MemoryNeed(of: size.grid, image: image, inPlanes: inPlanes, for: model).total, image: image)
        }
        let others = zip(partners, model.partners).compactMap { $0.memory(of: $1, inPlanes: true)?.bytes }
        guard let most = (needs.map(\.total) + others).max(), let image = needs.map(\.image).max() else { return nil }
        return (most, model.memoryLimit.map { most + image <= $0 } ?? true)
    }

    /// How often networks are asked for scores: for the largest case, and for all.
    public func passes(_ settings: InferenceSettings, of model: SegmentationModel) -> (ofOne: Int, all: Int) {
        let counts = sizes.compactMap(\.self).map { size in
            size.samples * settings.passes(over: size.input, model.configuration, models: model.networkCount)
        }
        let others = zip(partners, model.partners).map { $0.passes(settings, of: $1) }
        return others.reduce((counts.max() ?? 0, counts.reduce(0, +))) { ($0.0 + $1.ofOne, $0.1 + $1.all) }
    }
}
