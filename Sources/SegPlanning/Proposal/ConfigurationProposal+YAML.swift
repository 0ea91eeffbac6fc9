import DataSets
import Foundation
import Sampling
import SegConfiguration

extension ConfigurationProposal {
    /// The configuration as a file for `train`, with the reasons as comments.
    ///
    /// - Parameter name: of the file, for the command in its head; nil where it has none yet.
    public func yaml(file name: String?) -> String {
        let training = configuration.training
        return """
            # Proposed by `marginseg init` from \(survey.cases.count) cases: read it, change what you know better, then
            #
            #   marginseg train \(name?.shellWord ?? "THIS.yaml") --output runs/first
            #
            # Keys that are not here have the values of the preset: docs/CONFIGURATION.md has them all, and so will configuration.yaml in
            # the run folder.
            preset: quick

            data:
            \(lines(dataKeys))
              # \(wrapped(split.reason, indent: "  # ")).
              split: \(splitWords)    # cases: \(caseWords)
              # \(classes.reason).
            \(valueTable.map { "  # " + $0 }.joined(separator: "\n"))
              classes:
            \(configuration.data.classes.map { "    - {name: \(scalar($0.name)), values: [\($0.valuesInWords)]}" }.joined(separator: "\n"))
            \(regionLines)  # \(wrapped("the background, which means and curves leave out, or none: \(background?.reason ?? "as it was stated")", indent: "  # "))
              background: \(scalar(configuration.data.background ?? names[0]))
              ignored_values: [\(listed(configuration.data.ignoredValues))]    # label values that take no part in anything

            input:
              # \(wrapped(normalization.reason, indent: "  # "))
              normalization: \(words(normalization.value))
              # \(wrapped(fit.reason, indent: "  # "))
              fit: \(words(fit.value))
              # \(wrapped(plane.reason, indent: "  # "))
              plane: \(plane.value.rawValue)

            network:
              architecture: \(configuration.network.architecture.rawValue)    # or unet
              features: [\(listed(configuration.network.features))]    # channels at the five resolutions; half of them are faster
              dropout: [\(configuration.network.dropout.map { String(format: "%g", $0) }.joined(separator: ", "))]

            training:
              seed: \(training.seed)
              # \(wrapped(memoryWords, indent: "  # "))
              batch_size: \(training.batchSize)
              planes: \(training.planes.rawValue)    # or foreground_only: planes without any class but the background take no part
              # \(wrapped(augmentation.reason, indent: "  # ")).
              augmentation:
            \(lines(training.augmentation))
              select_by: \(training.selectBy.rawValue)    # chooses the best checkpoint, on validation
              # \(wrapped(timeWords, indent: "  # "))
              stages:
                - name: \(training.stages[0].name)
                  objective: \(training.stages[0].objective)
                  epochs: \(training.stages[0].epochs)
                  learning_rate: \(training.stages[0].learningRate)
                # \(wrapped(objective.reason, indent: "    # ")).
                # The margin-calibrated loss to try instead, with the offsets of your training labels
                # (\(wrapped(view, indent: "    # "))):
                #   objective: \(alternative)
            \(offsets.map { "    #   " + $0 }.joined(separator: "\n"))
                # `marginseg margins DATA` shows others; `marginseg loss list` shows other objectives.
                - name: \(training.stages[1].name)
                  objective: \(training.stages[1].objective)
                  epochs: \(training.stages[1].epochs)
                  learning_rate: \(training.stages[1].learningRate)

            """
    }

    private var names: [String] { configuration.data.classNames }

    /// What the data set wants scored as a whole.
    private var regionLines: String {
        guard let regions = configuration.data.regions, !regions.isEmpty else { return "" }
        return "  # scored as a whole, each the union of its classes\n  regions:\n"
            + regions.map { "    - {name: \(scalar($0.name)), values: [\(listed($0.values))]}\n" }.joined()
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

    // MARK: YAML

    /// The keys of `data` but the classes, which have comments.
    private var dataKeys: [(key: String, value: String, comment: String)] {
        let data = configuration.data
        return [
            ("folder", scalar(data.folder ?? ""), ""), ("layout", data.layout?.rawValue ?? "", ""),
            ("images", patterns(data.images), ""), ("labels", patterns(data.labels), ""), ("task", data.task ?? "", ""),
            ("fold", data.fold.map(String.init) ?? "", ""), ("overlaps", overlaps, ""),
            ("label_grid", data.labelGrid == .own ? "" : data.labelGrid.rawValue, ""),
        ]
    }

    private var overlaps: String {
        switch configuration.data.overlaps {
        case nil: ""
        case .ignore: "ignore"
        case .sum: "sum"
        case .priority(let values): "[\(listed(values))]"
        }
    }

    /// One pattern, or a list; nothing where the layout needs none.
    private func patterns(_ patterns: FilePatterns) -> String {
        let items = patterns.patterns.map(scalar)
        return items.count == 1 ? items[0] : items.isEmpty ? "" : "[\(items.joined(separator: ", "))]"
    }

    private var caseWords: String {
        Split.allCases.map { "\(survey.count(of: $0)) \($0.rawValue)" }.joined(separator: ", ")
    }

    private var splitWords: String {
        switch configuration.data.split {
        case .own: "own"
        case .paper: "paper"
        case .table(let path): scalar(path)
        case .random(let rule): "{random: {seed: \(rule.seed), validation: \(rule.validation), test: \(rule.test)}}"
        case .folds(let rule): "{folds: {count: \(rule.count), fold: \(rule.fold), seed: \(rule.seed)}}"
        }
    }

    private func lines(_ keys: [(key: String, value: String, comment: String)]) -> String {
        keys.filter { !$0.value.isEmpty }.map { key in
            "  \(key.key): \(key.value)\(key.comment.isEmpty ? "" : "    # \(key.comment)")"
        }.joined(separator: "\n")
    }

    /// A text as YAML wants it: plain words as they are, anything else in double quotes.
    private func scalar(_ text: String) -> String {
        let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        if text.wholeMatch(of: /[A-Za-z\/_][A-Za-z0-9 _.\/+()\-]*/) != nil, !text.hasSuffix(" "),
            !words.contains(text.lowercased())
        {
            return text
        }
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\", "\"": "\\\(scalar)"
            case _ where scalar.value < 0x20: "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: "\(scalar)"
            }
        }
        return "\"\(escaped.joined())\""
    }

    private func listed(_ values: [Int]) -> String { values.map(String.init).joined(separator: ", ") }

    private func words(_ normalization: IntensityNormalization) -> String {
        func bounds(_ low: Float, _ high: Float) -> String { String(format: "[%g, %g]", low, high) }
        return switch normalization {
        case .window(let low, let high): "{window: \(bounds(low, high))}"
        case .range(let low, let high): "{range: \(bounds(low, high))}"
        case .percentiles(let low, let high): "{percentiles: \(bounds(Float(low), Float(high)))}"
        case .zScore: "z_score"
        case .imageNet: "imagenet"
        }
    }

    private func lines(_ augmentation: Augmentation) -> String {
        func number(_ value: Double) -> String { String(format: "%g", value) }
        let warp = augmentation.warp
        return """
                horizontal_flip: \(number(augmentation.horizontalFlip))
                vertical_flip: \(number(augmentation.verticalFlip))
                warp: {probability: \(number(warp.probability)), rotation: \(number(warp.rotation)), scale: \(number(warp.scale))}
                brightness: \(number(augmentation.brightness))
                contrast: \(number(augmentation.contrast))
                noise: \(number(augmentation.noise))
            """
    }

    private func words(_ fit: GridFit) -> String {
        switch fit {
        case .pad(let size): "{pad: \(size.lengths)}    # rows, columns"
        case .resize(let size, let interpolation):
            "{resize: \(size.lengths), by: \(interpolation.rawValue)}    # rows, columns"
        case .crop(let size, let foreground):
            "{crop: \(size.lengths), foreground: \(foreground)}    # rows, columns"
        }
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
