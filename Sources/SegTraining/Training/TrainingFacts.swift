import DataSets
import MarginCalibration
import Sampling
import SegConfiguration
import SegLosses

/// What can be known of a data set before the first step: `inspect` and `train` look for the same problems in it.
package struct TrainingFacts: Sendable {
    let classNames: [String]
    /// Whether class 0 is the background.
    let hasBackground: Bool
    let stages: [StageConfiguration]
    /// How training sees the images, for messages.
    let view: String
    /// Pixels of each class: of the training split as training sees them, of the others at native size; nil where a split has no
    /// case or is not looked at.
    let labels: [Split: LabelDistribution]
    /// The images of each split that could be read.
    let images: [Split: [KnownImage]]
    /// Planes of the training split.
    let trainingSamples: Int

    package init(
        classNames: [String], hasBackground: Bool, stages: [StageConfiguration], view: String, labels: [Split: LabelDistribution],
        images: [Split: [KnownImage]], trainingSamples: Int
    ) {
        self.classNames = classNames
        self.hasBackground = hasBackground
        self.stages = stages
        self.view = view
        self.labels = labels
        self.images = images
        self.trainingSamples = trainingSamples
    }

    /// What training would stop at, and what makes its scores mean less than they seem to.
    package var problems: [DataSetProblem] { shared + trained + validated }

    // MARK: Training

    private var trained: [DataSetProblem] {
        guard let labels = labels[.train], !(images[.train] ?? []).isEmpty else { return [] }
        let single = trainingSamples == 1 ? [DataSetProblem(.warning, "one single image trains: expected many")] : []
        let present = classNames.indices.filter { labels.counts[$0] > 0 }
        guard present.count > 1 else { return single + [DataSetProblem(.error, nothing(present))] }
        return single + (objectiveProblem(labels).map { [$0] } ?? absent(in: labels))
    }

    /// Why there is nothing to learn.
    private func nothing(_ present: [Int]) -> String {
        let remedy = "look at the label files, and at data.classes, which says what their values mean"
        guard let only = present.first else {
            return "no pixel trains: each is ignored, or could not be read (\(view)); \(remedy)"
        }
        return only == 0 && hasBackground
            ? "no class but '\(classNames[0])' trains: there is nothing to learn (\(view)); \(remedy)"
            : "every pixel that trains is of class '\(classNames[only])': there is nothing to learn (\(view)); \(remedy)"
    }

    /// The first objective that cannot be made for the labels.
    private func objectiveProblem(_ labels: LabelDistribution) -> DataSetProblem? {
        let context = LossContext(
            classNames: classNames, hasBackground: hasBackground, distribution: labels, ignoreLabel: Int(LabelMap.ignored))
        for stage in stages {
            do {
                _ = try StageObjectives(stage, context)
            } catch let error as MarginOffsetsError {
                guard case .absentClass(let number) = error.kind else {
                    return problem(of: stage, "\(error)")
                }
                let all = classNames.indices.filter { labels.counts[$0] == 0 }.map(String.init).joined(separator: ", ")
                return problem(
                    of: stage,
                    "no pixel of class '\(classNames[number])' trains (\(view)), so that its margin-offset is infinite; write "
                        + "exclude=[\(all)] into the term, or take the class out of data.classes")
            } catch {
                return problem(of: stage, "\(error)")
            }
        }
        return nil
    }

    private func problem(of stage: StageConfiguration, _ text: String) -> DataSetProblem {
        DataSetProblem(
            .error, "the objective '\(stage.objective)' of stage '\(stage.name)' does not fit the training labels: \(text)")
    }

    private func absent(in labels: LabelDistribution) -> [DataSetProblem] {
        classNames.indices.filter { labels.counts[$0] == 0 }.map {
            DataSetProblem(.warning, "no pixel of class '\(classNames[$0])' trains (\(view)): it cannot be learnt")
        }
    }

    // MARK: Other splits

    private var validated: [DataSetProblem] {
        [Split.validation, .test].flatMap { split -> [DataSetProblem] in
            guard let labels = labels[split] else { return [] }
            return classNames.indices.filter { labels.counts[$0] == 0 }.map {
                DataSetProblem(.warning, "no pixel of class '\(classNames[$0])' in the \(split.rawValue) split")
            }
        }
    }

    /// Images with equal intensities; worse where one of them trains and the other tests.
    private var shared: [DataSetProblem] {
        let placed = Split.allCases.flatMap { split in (images[split] ?? []).map { (split: split, image: $0) } }
        let same = Dictionary(grouping: placed, by: \.image.content).values.filter { $0.count > 1 }
            .sorted { $0[0].image.path < $1[0].image.path }
        let across = same.filter { Set($0.map(\.split)).count > 1 }
        let within = same.filter { Set($0.map(\.split)).count == 1 }
        func counted(_ groups: [[(split: Split, image: KnownImage)]]) -> String {
            "\(groups.count) image\(groups.count == 1 ? "" : "s") with equal content"
        }
        var problems: [DataSetProblem] = []
        if !across.isEmpty {
            problems.append(
                .init(
                    .warning, "\(counted(across)) in several splits",
                    files: across.flatMap { $0.map { "\($0.split.rawValue): \($0.image.path)" } }))
        }
        if !within.isEmpty {
            problems.append(
                .init(.note, "\(counted(within)) within a split", files: within.flatMap { $0.map(\.image.path) }))
        }
        return problems
    }
}
