import Foundation
import Sampling
import SegConfiguration

extension NetworkPlan {
    /// The configuration as a file for `train`, with the reasons as comments.
    ///
    /// - Parameter file: its path, for the command in its head.
    /// - Throws: as `RunConfiguration.yaml`.
    public func yaml(file: String) throws -> String {
        let written = try configuration.written
        /// A key with its reason above it; nothing for a key without a value.
        func line(_ section: String, _ key: String, _ reason: String? = nil) -> [String] {
            guard let value = written[section, key] else { return [] }
            let comment = reason.map { ["  # " + PlanComment.wrapped($0, indent: "  # ")] } ?? []
            return comment + ["  \(key): \(value)"]
        }
        func stage(_ number: Int) -> [String] {
            let keys = ["name", "objective", "epochs", "optimizer", "momentum", "learning_rate", "weight_decay", "clip_norm"]
            let lines = keys.compactMap { key in
                written["training", "stages", String(number), key].map { "\(key): \($0)" }
            }
            return lines.enumerated().map { ($0 == 0 ? "    - " : "      ") + $1 }
        }
        func comment(_ text: String, _ indent: String) -> String { indent + PlanComment.wrapped(text, indent: indent) }
        let spacing =
            written["input", "spacing"] == nil ? [comment(spacingWords, "  # ")] : line("input", "spacing", spacingWords)
        let cropLines = crop.value == nil ? [comment("not cropped: \(crop.reason)", "  # ")] : line("input", "crop", crop.reason)
        var lines = head(file)
        lines += ["preset: \(Self.preset(configuration.network.dimensions))", "", data.yaml(written), "", "input:"]
        lines += cropLines + line("input", "normalization", normalization.reason) + spacing
        lines += line("input", "fit", patchWords) + line("input", "plane", geometry.plane.reason)
        lines += ["", "network:"] + line("network", "architecture", networkWords) + line("network", "dimensions")
        lines += line("network", "features", featureWords)
        lines += line("network", "kernels", "1 along an axis that is still twice as coarse as the finest, or more")
        lines += line("network", "strides", poolingWords)
        lines += line("network", "blocks") + line("network", "decoder_blocks") + line("network", "dropout")
        lines += line("network", "normalization", "batches are too small for statistics of their own")
        lines += line(
            "network", "deep_supervision", "every level of the decoder learns, coarser ones with half the weight of the next")
        lines += ["", "training:"] + line("training", "seed") + line("training", "batch_size", batchWords)
        lines += line("training", "steps_per_epoch", timeWords)
        if let unmirrored {
            lines += [
                comment("nnU-Net's changes, \(unmirrored.reason)", "  # "),
                "  augmentation: {\(unmirrored.value.map { "\($0): 0" }.joined(separator: ", "))}",
            ]
        }
        if trial.schedule.isShort {
            lines += line(
                "training", "weight_average",
                "what is kept is a running average of the weights, which needs no end of a schedule to be good")
        }
        lines += line("training", "select_by", "chooses the best checkpoint, on validation")
        lines += [
            comment("Two stages: \(objective.pretraining.reason).", "  # "),
            comment(
                trial.schedule.isShort
                    ? "AdamW, since SGD with momentum 0.99 learns little in less than 25,000 steps."
                    : "SGD with momentum 0.99, as nnU-Net has it.", "  # "),
            "  stages:",
        ]
        lines += stage(0)
        lines += objective.comment(view: view, indent: "    # ")
        lines += stage(1)
        return lines.joined(separator: "\n") + "\n"
    }

    /// What `plan` tells of it: one line.
    public var summary: String {
        "\(configuration.network.architecture.rawValue), patches of \(PlanComment.sizes(trial.plan.patch)), \(trial.plan.batch) a step, "
            + "\(trial.schedule.steps) steps; about \(PlanComment.duration(seconds)) on this machine"
    }

    private func head(_ file: String) -> [String] {
        let lowest = lowResolution.map { stage in
            [
                "#",
                "# "
                    + PlanComment.wrapped(
                        "A patch shows less than a quarter of a case. nnU-Net would first train at "
                            + "\(PlanComment.lengths(stage.spacing)) mm with patches of \(PlanComment.sizes(stage.patch)) and hand "
                            + "the result on; this plan does without: it sees no more of a case than its patch.", indent: "# "),
            ]
        }
        let warned = warnings.flatMap { ["#", "# Look at this first: " + PlanComment.wrapped($0, indent: "# ")] }
        return [
            "# Planned by `marginseg plan` from \(data.survey.cases.count { $0.split != .test }) cases (fingerprint.json): read it, change "
                + "what you know better, then",
            "#", "#   marginseg train \(file.shellWord) --output runs/first", "#",
            "# The rules are nnU-Net's: docs/PLANNING.md has them. Keys that are not here have the values of the preset:",
            "# docs/CONFIGURATION.md has them all, and so will configuration.yaml in the run folder.",
        ] + (lowest ?? []) + warned
    }

    private var spacingWords: String {
        guard let target = geometry.target else {
            return "no spacing: not every file states one, so voxels are taken as they are"
        }
        let rule =
            target.refinedAxis.map { axis in
                "the median of the cases in mm, but along \(["planes", "rows", "columns"][axis]), which lie more than three times as far "
                    + "apart, the 10th percentile"
            } ?? "the median of the cases in mm"
        return "\(rule); the median case is then \(PlanComment.lengths(geometry.medianShape)) voxels (planes, rows, columns)"
    }

    private var patchWords: String {
        let plan = trial.plan
        let shape = geometry.medianShape.suffix(plan.patch.count)
        let covered = 100 * Double(plan.patch.reduce(1, *)) / shape.reduce(1, *)
        return String(
            format:
                "patches in the proportions of the median shape, as large as %@ allow: %@ is %.0f %% of the median; a third of a "
                + "batch is about a voxel of a random class",
            budget.minutes == nil ? "memory and the levels" : "memory, time and the levels", PlanComment.sizes(plan.patch),
            covered)
    }

    private var networkWords: String {
        switch budget.network {
        case .plain: "nnU-Net's plain network: two convolutions a level; --residual M, L or XL plans one with a residual encoder"
        default: "the residual encoder of nnU-Net's preset \(budget.network.rawValue)"
        }
    }

    private var featureWords: String {
        let width = trial.plan.features[0]
        let narrow =
            width < PlannedNetwork.usualWidth ? "; nnU-Net has \(PlannedNetwork.usualWidth), for which the time is too short" : ""
        return "channels of each level, full size first: \(width), doubled and capped\(narrow)"
    }

    private var poolingWords: String {
        "halvings of planes, rows and columns: \(trial.plan.pooling.poolings.map(String.init).joined(separator: ", ")); an axis is halved "
            + "while it has 8 voxels and is not twice as coarse as the finest; the lowest level has "
            + PlanComment.sizes(zip(trial.plan.patch, trial.plan.pooling.multiples).map(/)) + " voxels"
    }

    private var batchWords: String {
        let plan = trial.plan
        let fitting = plan.batch(fitting: budget.memory)
        let limit =
            plan.batch < min(fitting, plan.coveredBatch)
            ? "; the time is too short for more"
            : plan.coveredBatch < fitting
                ? "; no more than \(Int(100 * budget.network.mostCoverage)) % of the voxels of the data set in a batch" : ""
        return String(
            format: "%.3g million numbers in the feature maps of a patch: about %d patches fit into %.3g GB%@; 2 or more",
            Double(plan.layers.elements) / 1e6, fitting, budget.memory, limit)
    }

    /// An estimate for people, `train`'s bar tells better.
    private var timeWords: String {
        let schedule = trial.schedule
        let basis = trial.isMeasured ? "measured" : "estimated from a smaller network"
        let budgeted = budget.minutes.map { String(format: "for %.3g minutes", $0) } ?? "as nnU-Net trains"
        return
            "\(budgeted): \(schedule.epochs) epoch\(schedule.epochs == 1 ? "" : "s") of \(schedule.stepsPerEpoch) steps; a step takes about "
            + "\(PlanComment.duration(schedule.secondsPerStep)) on this machine (\(budget.device), \(basis)), a validation about "
            + "\(PlanComment.duration(schedule.validationSeconds)), all of it \(PlanComment.duration(schedule.seconds))"
            + (budget.minutes == nil ? "; --minutes plans for less" : "") + (trial.isBusy ? "; \(StepTrial.busyNote)" : "")
    }

    /// How training sees the labels that were counted.
    private var view: String { ((try? configuration.recipe)?.trainingView(configuration.training.planes)) ?? "" }
}
