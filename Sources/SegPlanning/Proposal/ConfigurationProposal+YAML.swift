import DataSets
import Foundation
import Sampling
import SegConfiguration

extension ConfigurationProposal {
    /// The configuration as a file for `train`, with the reasons as comments.
    ///
    /// - Parameter file: its path, for the command in its head.
    /// - Throws: as `RunConfiguration.yaml`.
    public func yaml(file: String) throws -> String {
        let written = try configuration.written
        func value(_ section: String, _ key: String) -> String { written[section, key] ?? "[]" }
        /// Those of the keys that have a value, one a line.
        func lines(_ keys: [String], of section: String...) -> String {
            let tree = section.count == 1 ? { written[section[0], $0] } : { written[section[0], section[1], $0] }
            let indent = String(repeating: "  ", count: section.count)
            return keys.compactMap { key in tree(key).map { "\(indent)\(key): \($0)" } }.joined(separator: "\n")
        }
        func stage(_ number: Int) -> String {
            ["name", "objective", "epochs", "learning_rate"].map { key in
                "\(key): \(written["training", "stages", String(number), key] ?? "")"
            }.joined(separator: "\n      ")
        }
        return """
            # Proposed by `marginseg plan` from \(data.survey.cases.count) cases: read it, change what you know better, then
            #
            #   marginseg train \(file.shellWord) --output runs/first
            #
            # Keys that are not here have the values of the preset: docs/CONFIGURATION.md has them all, and so will configuration.yaml in
            # the run folder.
            preset: quick

            \(data.yaml(written))

            input:
              # \(PlanComment.wrapped(normalization.reason, indent: "  # "))
              normalization: \(value("input", "normalization"))
              # \(PlanComment.wrapped(fit.reason, indent: "  # "))
              fit: \(value("input", "fit"))    # rows, columns
              # \(PlanComment.wrapped(plane.reason, indent: "  # "))
              plane: \(value("input", "plane"))

            network:
              architecture: \(value("network", "architecture"))    # or unet
              features: \(value("network", "features"))    # channels at the five resolutions; half of them are faster
              dropout: \(value("network", "dropout"))

            training:
              seed: \(value("training", "seed"))
              # \(PlanComment.wrapped(memoryWords, indent: "  # "))
              batch_size: \(value("training", "batch_size"))
              planes: \(value("training", "planes"))    # or foreground_only: planes without any class but the background take no part
              # \(PlanComment.wrapped(augmentation.reason, indent: "  # ")).
              augmentation:
            \(lines(["horizontal_flip", "vertical_flip", "warp", "brightness", "contrast", "noise"], of: "training", "augmentation"))
              select_by: \(value("training", "select_by"))    # chooses the best checkpoint, on validation
              # \(PlanComment.wrapped(timeWords, indent: "  # "))
              stages:
                # \(PlanComment.wrapped(objective.pretraining.reason, indent: "    # "))
                - \(stage(0))
            \(objective.comment(view: view, indent: "    # ").joined(separator: "\n"))
                - \(stage(1))

            """
    }

    private var memoryWords: String {
        let batch = training.batchSize
        guard let bytes = trial.bytes(batchSize: batch), let available = trial.availableBytes else {
            return "\(batch) planes a step; the memory of \(device) was not looked at"
        }
        let most = trial.largestBatch.map { "; about \($0) would fit into half of them" } ?? ""
        return
            "\(batch) planes a step take about \(gibibytes(bytes)) of the \(gibibytes(available)) GiB that are free here\(most)"
    }

    /// An estimate for people, `train`'s bar tells better.
    private var timeWords: String {
        let steps = max(1, planes.training / training.batchSize)
        return "about \(PlanComment.duration(secondsPerEpoch)) an epoch on this machine (\(device)): \(steps) steps of "
            + "\(PlanComment.duration(trial.secondsPerStep(batchSize: training.batchSize))), \(planes.validation) planes to validate; "
            + "\(PlanComment.duration(seconds)) for all stages\(trial.isBusy ? "; \(StepTrial.busyNote)" : "")"
    }

    private var training: TrainingConfiguration { configuration.training }

    /// How training sees the labels that were counted.
    private var view: String { ((try? configuration.recipe)?.trainingView(training.planes)) ?? "" }

    private func gibibytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / Double(1 << 30)) }

}
