import DataSets
import MedicalImages
import Sampling

/// How much work cases are, by the headers of their first files.
public struct CaseSizes: Sendable {
    /// One case.
    private struct Size: Sendable {
        /// Of the image.
        let planes: Int
        let samples: Int
        /// Of a sample as the network sees it.
        let input: GridSize
    }

    /// In the order of the cases; nil where the header cannot be read, which is told when the case's turn comes.
    private let sizes: [Size?]

    /// Reads the headers.
    public init(_ cases: [DataCase], for model: SegmentationModel) {
        sizes = cases.map { dataCase in
            let image = dataCase.image
            guard let info = try? ImageFile.readInfo(image.first),
                let grid = try? model.recipe.grid(of: info.extent, info.geometry, path: image.path)
            else { return nil }
            return Size(planes: grid.extent.depth, samples: grid.sampleCount, input: grid.route.inputSize)
        }
    }

    /// Planes of all cases.
    public var planes: Int { sizes.reduce(0) { $0 + ($1?.planes ?? 0) } }

    /// Pixels that the network sees of each case: what its time follows; 0 where that is not known.
    public var work: [Int] { sizes.map { $0.map { $0.samples * $0.input.count } ?? 0 } }

    /// The most bytes that the scores of one sample take, estimated; nil where memory is not the host's, and without a case.
    public func bytes(_ model: SegmentationModel) -> Int? {
        Set(sizes.compactMap { $0?.input }).compactMap { model.inferer.bytes(count: 1, size: $0) }.max()
    }

    /// How often networks are asked for scores: for the largest case, and for all.
    ///
    /// - Parameter models: whose scores are averaged.
    public func passes(
        _ settings: InferenceSettings, of model: SegmentationModel, models: Int
    ) -> (ofOne: Int, all: Int) {
        let counts = sizes.compactMap(\.self).map { size in
            size.samples * settings.passes(over: size.input, model.configuration, models: models)
        }
        return (counts.max() ?? 0, counts.reduce(0, +))
    }
}
