import DataSets
import Foundation
import Sampling
import SegConfiguration
import SegInference
import SegReports
import SegTraining

/// What a run is, as rows of label and value; the same labels for every run.
struct RunFacts {
    let rows: [(label: String, value: String)]

    /// - Parameter data: what is said of the data set.
    init(_ manifest: Checkpoint.Manifest, parameterCount: Int, data: String) {
        let configuration = manifest.configuration
        let (network, training) = (configuration.network, configuration.training)
        let shares =
            manifest.trainingLabels.total == 0
            ? ["not known"]
            : zip(configuration.data.classNames, manifest.trainingLabels.frequencies).map {
                "\($0) \(String(format: "%.3g", $1 * 100)) %"
            }
        let recipe = try? configuration.recipe
        let view = recipe?.trainingView(training.planes) ?? ""
        let word = recipe?.sampleWord ?? "samples"
        // Those of later stages had no part in these weights.
        let stages = training.stages.prefix(manifest.stage).enumerated().map { index, stage in
            let isOwn = index == manifest.stage - 1 && stage.candidates.count > 1
            return
                "\(stage.objective)\(isOwn ? ", found: \(manifest.objective)" : ""), \(stage.epochs) epoch\(stage.epochs == 1 ? "" : "s"), \(stage.optimizer.rawValue) at \(Self.number(stage.learningRate)) "
                + "(\(stage.schedule.rawValue)), weight decay \(Self.number(stage.weightDecay))"
        }
        let metric = training.selectBy.rawValue
        let origin: [(label: String, value: String)] =
            manifest.importedFrom.map { [("trained by", $0), ("imported with", manifest.program)] } ?? [
                ("objectives", stages.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "; ")),
                (
                    "batch and seed",
                    "\(training.batchSize * training.accumulate) \(word) a step, "
                        + "\(training.planes == .all ? "of all" : "of those with foreground"); seed \(training.seed)"
                ),
                ("checkpoint", "stage \(manifest.stage), epoch \(manifest.epoch), chosen by \(metric) on the validation split"),
                ("trained with", "\(manifest.program), libtorch \(manifest.libtorch)"),
            ]
        rows =
            [
                ("data set", data),
                ("pixels of the training \(word)", "\(shares.joined(separator: ", ")); \(view)"),
                (
                    "network",
                    "\(network.architecture.rawValue), features \(network.features.map(String.init).joined(separator: " ")), "
                        + "\(network.normalization.rawValue) normalisation, \(parameterCount.grouped) parameters"
                ),
                ("input", "\(Self.words(configuration.input)), \(manifest.channels) channel\(manifest.channels == 1 ? "" : "s")"),
            ] + origin
    }

    static func words(_ input: InputConfiguration) -> String {
        let fit =
            switch input.fit {
            case .resize(let size, let interpolation): "resized to \(size), \(interpolation.rawValue)"
            case .pad(let size): "padded to \(size)"
            case .crop(let size, let foreground, let about, _):
                "random windows of \(size), \(number(foreground * 100)) % about "
                    + (about == .class ? "a class of the foreground" : "foreground")
            }
        return "\(input.sampleWords), \(fit), \(words(input.normalization))"
    }

    private static func words(_ normalization: IntensityNormalization) -> String {
        switch normalization {
        case .window(let low, let high): "window \(number(Double(low))) to \(number(Double(high)))"
        case .zScore: "z-scores"
        case .zScoreNonzero: "z-scores of what is not 0"
        case .clip(let low, let high, let mean, let deviation):
            "clipped to \(number(Double(low))) to \(number(Double(high))), mean \(number(Double(mean))) and deviation "
                + "\(number(Double(deviation)))"
        case .unchanged: "intensities as they are"
        case .channels(let list): "by channel: " + list.map(words).joined(separator: "; ")
        case .percentiles(let low, let high): "percentiles \(number(low)) to \(number(high))"
        case .range(let low, let high): "range \(number(Double(low))) to \(number(Double(high)))"
        case .imageNet: "ImageNet's mean and deviation"
        }
    }

    private static func number(_ value: Double) -> String { String(format: "%g", value) }
}
