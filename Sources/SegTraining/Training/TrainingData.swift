import Foundation
import SegData

/// What a run learns from and what it is judged on, decoded.
struct TrainingData {
    let store: PlaneStore
    let validation: [PreparedCase]
    /// What a reader of scores must know of the splits.
    let notes: [String]
    /// The training cases by name, to find the files of a sample.
    let cases: [String: DataCase]

    /// - Parameter onPlan: called with the planes to come and their bytes, before anything is decoded.
    /// - Throws: `DataSetError`, `CaseError`, `ImageFileError`, `FileError`.
    init(_ dataSet: DataSet, _ configuration: RunConfiguration, onPlan: (_ planes: Int, _ bytes: Int) -> Void) throws {
        let recipe = try configuration.recipe
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let training = try dataSet.cases(of: .train)
        let plan = try PlanePlan(training, recipe: recipe, workers: cores)
        let validation = try dataSet.cases(of: .validation)
        onPlan(plan.planeCount, plan.estimatedBytes)
        let store = try PlaneStore(plan, selection: configuration.training.planes, workers: cores)
        let reader = try CaseReader(recipe)
        self.store = store
        notes = dataSet.notes
        cases = Dictionary(training.map { ($0.id, $0) }) { first, _ in first }
        self.validation = try validation.map { dataCase in
            let prepared = try reader.read(dataCase)
            try prepared.requireChannels(store.channels, path: dataCase.images[0].path)
            return prepared
        }
    }
}
