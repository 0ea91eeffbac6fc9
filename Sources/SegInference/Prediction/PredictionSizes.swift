import DataSets
import MedicalImages
import Sampling

/// How much work the cases of a plan are, by the headers of their first files.
public struct PredictionSizes: Sendable {
    /// One case.
    struct Size: Sendable {
        /// Of the image.
        let planes: Int
        let samples: Int
        /// Of a sample as the network sees it.
        let input: GridSize
    }

    /// In the order of the plan; nil where the header cannot be read, which is told when its turn comes.
    private let sizes: [Size?]

    fileprivate init(_ sizes: [Size?]) { self.sizes = sizes }

    /// Planes of all cases.
    public var planes: Int { sizes.reduce(0) { $0 + ($1?.planes ?? 0) } }

    /// Pixels that the network sees of each case: what its time follows; 0 where that is not known.
    public var work: [Int] { sizes.map { $0.map { $0.samples * $0.input.count } ?? 0 } }

    /// The most bytes that the scores of one sample take, estimated; nil where memory is not the host's, and without a case.
    public func bytes(_ model: SegmentationModel) -> Int? {
        Set(sizes.compactMap { $0?.input }).compactMap { model.inferer.bytes(count: 1, size: $0) }.max()
    }
}

extension Predictor {
    /// Reads the headers of a plan's cases.
    public func sizes(of plan: PredictionPlan) -> PredictionSizes {
        PredictionSizes(
            plan.jobs.map { job in
                let image = job.dataCase.image
                guard let info = try? ImageFile.readInfo(image.first),
                    let grid = try? model.recipe.grid(of: info.extent, info.geometry, path: image.path)
                else { return nil }
                return .init(planes: grid.extent.depth, samples: grid.sampleCount, input: grid.route.inputSize)
            })
    }
}
