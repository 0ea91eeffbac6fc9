import DataSets
import Foundation
import Sampling
import SegConfiguration

extension ConfigurationProposal {
    /// The configuration as a file for `train`, with the reasons as comments.
    ///
    /// - Parameter name: of the file, for the command in its head; nil where it has none yet.
    /// - Throws: as `RunConfiguration.yaml`.
    public func yaml(file name: String?) throws -> String {
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
            # Proposed by `marginseg init` from \(survey.cases.count) cases: read it, change what you know better, then
            #
            #   marginseg train \(name?.shellWord ?? "THIS.yaml") --output runs/first
            #
            # Keys that are not here have the values of the preset: docs/CONFIGURATION.md has them all, and so will configuration.yaml in
            # the run folder.
            preset: quick

            data:
            \(lines(["folder", "layout", "images", "labels", "task", "fold", "overlaps"] + gridKeys, of: "data"))
              # \(wrapped(split.reason, indent: "  # ")).
              split: \(value("data", "split"))    # cases: \(caseWords)
              # \(classes.reason).
            \(valueTable.map { "  # " + $0 }.joined(separator: "\n"))
              classes:
            \(configuration.data.classes.map { "    - {name: \(WrittenValues.scalar($0.name)), values: [\($0.valuesInWords)]}" }.joined(separator: "\n"))
            \(regionLines)  # \(wrapped("the background, which means and curves leave out, or none: \(background?.reason ?? "as it was stated")", indent: "  # "))
              background: \(WrittenValues.scalar(configuration.data.background ?? names[0]))
              ignored_values: \(value("data", "ignored_values"))    # label values that take no part in anything

            input:
              # \(wrapped(normalization.reason, indent: "  # "))
              normalization: \(value("input", "normalization"))
              # \(wrapped(fit.reason, indent: "  # "))
              fit: \(value("input", "fit"))    # rows, columns
              # \(wrapped(plane.reason, indent: "  # "))
              plane: \(value("input", "plane"))

            network:
              architecture: \(value("network", "architecture"))    # or unet
              features: \(value("network", "features"))    # channels at the five resolutions; half of them are faster
              dropout: \(value("network", "dropout"))

            training:
              seed: \(value("training", "seed"))
              # \(wrapped(memoryWords, indent: "  # "))
              batch_size: \(value("training", "batch_size"))
              planes: \(value("training", "planes"))    # or foreground_only: planes without any class but the background take no part
              # \(wrapped(augmentation.reason, indent: "  # ")).
              augmentation:
            \(lines(["horizontal_flip", "vertical_flip", "warp", "brightness", "contrast", "noise"], of: "training", "augmentation"))
              select_by: \(value("training", "select_by"))    # chooses the best checkpoint, on validation
              # \(wrapped(timeWords, indent: "  # "))
              stages:
                - \(stage(0))
                # \(wrapped(objective.reason, indent: "    # ")).
                # The margin-calibrated loss to try instead, with the offsets of your training labels
                # (\(wrapped(view, indent: "    # "))):
                #   objective: \(alternative)
            \(offsets.map { "    #   " + $0 }.joined(separator: "\n"))
                # `marginseg margins DATA` shows others; `marginseg loss list` shows other objectives.
                - \(stage(1))

            """
    }

    private var names: [String] { configuration.data.classNames }

    /// What the data set wants scored as a whole.
    private var regionLines: String {
        guard let regions = configuration.data.regions, !regions.isEmpty else { return "" }
        return "  # scored as a whole, each the union of its classes\n  regions:\n"
            + regions.map { "    - {name: \(WrittenValues.scalar($0.name)), values: \($0.values)}\n" }.joined()
    }

    /// What the labels hold, value by value.
    private var valueTable: [String] {
        let values = survey.labelValues()
        let total = Double(values.reduce(0) { $0 + $1.voxels })
        // Values that are exact have a class each; what JPEG leaves fills pages.
        guard values.count <= Self.mostRows else {
            return ["\(values.count) label values from \(values[0].value) to \(values[values.count - 1].value)"]
        }
        return values.map {
            String(
                format: "label value %d: %.3f %% of the pixels, in %d of %d cases", $0.value, 100 * Double($0.voxels) / total,
                $0.cases, survey.cases.count)
        }
    }

    private static let mostRows = 32

    private var memoryWords: String {
        let batch = training.batchSize
        guard let bytes = trial.bytes(batchSize: batch), let available = trial.availableBytes else {
            return "\(batch) planes a step; the memory of \(device) was not looked at"
        }
        let most = trial.largestBatch.map { "; about \($0) would fit" } ?? ""
        return
            "\(batch) planes a step take about \(gibibytes(bytes)) of the \(gibibytes(available)) GiB that are free here\(most)"
    }

    /// An estimate for people, `train`'s bar tells better.
    private var timeWords: String {
        let steps = max(1, planes.training / training.batchSize)
        return "about \(Self.duration(secondsPerEpoch)) an epoch on this machine (\(device)): \(steps) steps of "
            + "\(Self.duration(trial.secondsPerStep(batchSize: training.batchSize))), \(planes.validation) planes to validate; "
            + "\(Self.duration(seconds)) for all stages\(trial.isBusy ? "; \(StepTrial.busyNote)" : "")"
    }

    private var training: TrainingConfiguration { configuration.training }

    /// How training sees the labels that were counted.
    private var view: String { ((try? configuration.recipe)?.trainingView(training.planes)) ?? "" }

    private func gibibytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / Double(1 << 30)) }

    /// Two digits: it is an estimate.
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: String(format: "%.2g s", seconds)
        case ..<100: String(format: "%.0f s", seconds)
        case ..<6000: String(format: "%.0f min", seconds / 60)
        default: String(format: "%.1f h", seconds / 3600)
        }
    }

    /// `own` is what every file means that does not say.
    private var gridKeys: [String] { configuration.data.labelGrid == .own ? [] : ["label_grid"] }

    private var caseWords: String {
        Split.allCases.map { "\(survey.count(of: $0)) \($0.rawValue)" }.joined(separator: ", ")
    }

    /// A comment over as many lines as it needs.
    private func wrapped(_ text: String, indent: String) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + word.count > 110 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines.joined(separator: "\n" + indent)
    }
}
