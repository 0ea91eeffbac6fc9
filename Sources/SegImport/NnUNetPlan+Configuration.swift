import DurableFiles
import Sampling
import SegConfiguration

extension NnUNetPlan {
    /// A run that predicts as nnU-Net does with this plan, and goes on training much as it trains.
    ///
    /// - Parameters:
    ///   - mirror: axes after batch and channels along which images may be mirrored; nil: none.
    ///   - epochs: those done; nil where that is not known.
    /// - Throws: `FileError` for values that no configuration may have.
    func configuration(_ data: NnUNetDataSet, mirror: [Int]?, epochs: Int?) throws -> RunConfiguration {
        let isVolume = patch.count == 3
        var configuration = try ConfigurationReader(file: nil, preset: isVolume ? "volumes" : "planes").configuration()
        configuration.data.layout = .nnunet
        configuration.data.classes = data.classes
        configuration.data.ignoredValues = data.ignoredValues
        configuration.input = InputConfiguration(
            crop: .nonzero, normalization: normalization,
            spacing: GridSpacing(
                planes: isVolume ? spacing[0] : nil, rows: spacing[patch.count - 2], columns: spacing[patch.count - 1]),
            resampling: .spline, fit: .crop(to: GridSize(patch), foreground: 0.33, about: .class, frame: .zero), plane: plane)
        configuration.network = network
        configuration.training.batchSize = batchSize
        configuration.training.stages = [
            StageConfiguration(
                name: "nnunet", objective: "cross_entropy + dice(background=false)", epochs: max(1, epochs ?? 1000),
                optimizer: .sgd, momentum: 0.99, learningRate: 0.01, weightDecay: 3e-5, clipNorm: 12)
        ]
        let axes: [MirrorAxis] = isVolume ? [.depth, .vertical, .horizontal] : [.vertical, .horizontal]
        let mirrored = axes.enumerated().filter { mirror?.contains($0.offset) ?? false }.map(\.element)
        configuration.inference = mirrored.isEmpty ? nil : InferenceConfiguration(mirror: mirrored)
        do {
            try configuration.validate()
        } catch let error as ConfigurationError {
            throw FileError(url, "describes a model that cannot be used here", reason: "\(error)")
        }
        return configuration
    }
}
