import SegMetrics

/// A validation case as the search holds it: truth and prediction as runs, and their counts.
struct ValidationCase {
    let group: String
    let id: String
    let truth: LabelRuns
    /// After the steps that were kept so far.
    var prediction: LabelRuns
    /// Of truth and prediction.
    var matrix: ConfusionMatrix
    /// In mm³; nil for an image without spacing.
    let voxelVolume: Double?
    let ignored: UInt8

    /// The case after a step.
    ///
    /// - Throws: `PostProcessingError.noSpacing`.
    func after(_ step: PostProcessingStep) throws -> ValidationCase {
        guard let changed = step.apply(to: prediction, voxelVolume: voxelVolume) else {
            throw PostProcessingError.noSpacing(caseID: id)
        }
        var result = self
        guard changed != prediction else { return result }
        result.prediction = changed
        result.matrix = changed.confusion(truth: truth, classCount: matrix.classCount, ignoring: ignored)
        return result
    }

    /// Every predicted component of some classes, in the unit of a size.
    func components(of classes: StepClasses, _ unit: ObjectSize.Unit) -> [(size: Double, isFalse: Bool)] {
        let components = ConnectedComponents(prediction, where: classes.contains)
        var (right, counted) = ([Int](repeating: 0, count: components.count), [Int](repeating: 0, count: components.count))
        prediction.forEachOverlap(with: truth) { place, truthPlace, count in
            let label = truth.runs[truthPlace].label
            guard let component = components.component(ofRun: place), label != ignored else { return }
            counted[component] += count
            if classes.contains(label) { right[component] += count }
        }
        let volume = unit == .voxels ? 1 : voxelVolume ?? 1
        return components.sizes.indices.map {
            (Double(components.sizes[$0]) * volume, right[$0] == 0 && counted[$0] > 0)
        }
    }
}

extension LabelRuns {
    /// The counts of a prediction, exact; equal to those of the labels themselves.
    ///
    /// - Precondition: every label that is not ignored is a class.
    func confusion(truth: LabelRuns, classCount: Int, ignoring ignored: UInt8) -> ConfusionMatrix {
        var rows = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
        forEachOverlap(with: truth) { place, truthPlace, count in
            let label = truth.runs[truthPlace].label
            if label != ignored { rows[Int(label)][Int(runs[place].label)] += count }
        }
        return ConfusionMatrix(rows: rows)
    }
}
