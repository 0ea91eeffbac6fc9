import DataSets
import Foundation
import Sampling
import SegConfiguration

/// What a run learns from and what it is judged on, decoded.
struct TrainingData {
    let store: SampleStore
    let validation: CaseCache
    /// What a reader of scores must know of the splits.
    let notes: [String]
    let splits: CaseSplits
    let voxels: VoxelSummary
    /// The training cases by name, to find the files of a sample.
    let cases: [String: DataCase]

    /// - Parameter onPlan: called with the samples to come and their bytes, before anything is decoded.
    /// - Throws: `DataSetError`, `CaseError`, `ImageFileError`, `FileError`.
    init(
        _ dataSet: DataSet, _ configuration: RunConfiguration, resources: TrainingResources,
        onPlan: (_ planes: Int, _ bytes: Int) -> Void
    ) throws {
        let recipe = try configuration.recipe
        let cores = ProcessInfo.processInfo.activeProcessorCount
        func plan(_ split: Split) throws -> SamplePlan {
            try SamplePlan(dataSet.cases(of: split), recipe: recipe, workers: cores, tolerance: resources.tolerance)
        }
        let training = try plan(.train)
        let validation = try plan(.validation)
        guard validation.channels == training.channels else {
            throw CaseError.channels(
                path: validation.cases[0].dataCase.image.path, found: validation.channels, expected: training.channels,
                reason: "as in training")
        }
        onPlan(training.sampleCount, training.estimatedBytes)
        // Validation is read once an epoch and training all the time.
        let share = resources.memory / 4
        store = try SampleStore(
            training, selection: configuration.training.planes, workers: cores, memory: resources.memory - share,
            scratch: resources.scratch)
        self.validation = try CaseCache(validation, workers: cores, memory: share)
        notes = dataSet.notes
        splits = dataSet.splits
        voxels = VoxelSummary(training.cases.map(\.grid))
        cases = Dictionary(training.cases.map { ($0.dataCase.id, $0.dataCase) }) { first, _ in first }
    }

    /// What the decoded splits tell.
    func facts(_ configuration: RunConfiguration) throws -> TrainingFacts {
        TrainingFacts(
            classNames: configuration.data.classNames, hasBackground: configuration.data.hasBackground,
            stages: configuration.training.stages, view: try configuration.recipe.trainingView(configuration.training.planes),
            labels: [.train: store.labelDistribution, .validation: validation.labels],
            images: [.train: store.images, .validation: validation.images], trainingSamples: store.count)
    }

    var unreadable: [UnreadableCase] { store.unreadable + validation.unreadable }
}
