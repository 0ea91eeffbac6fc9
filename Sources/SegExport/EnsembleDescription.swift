import SegInference

/// What a program has to know of the networks in a folder: the content of `ensemble.json`.
struct EnsembleDescription: Encodable {
    /// Raised when a reader of the old form could not read the new one.
    private let format = 1
    /// The files of the networks. Those of a group have one recipe, and the mean of their logits counts; of several groups the mean of
    /// their probabilities at the image's own size, whose logarithm is the score.
    let groups: [[String]]
    let classes: [ModelDescription.Class]
    let decision: DescribedDecision
    let versions: DescribedVersions
    let licence = licenceNote

    /// - Precondition: one checkpoint at least.
    init(_ checkpoints: [Checkpoint], decision: Decision) throws {
        let configuration = checkpoints[0].manifest.configuration
        let recipes = try checkpoints.map { try $0.manifest.configuration.recipe }
        groups = recipes.indices.filter { recipes.firstIndex(of: recipes[$0]) == $0 }.map { first in
            recipes.indices.filter { recipes[$0] == recipes[first] }.map(ExportPlace.member)
        }
        classes = ModelDescription.classes(of: configuration)
        self.decision = DescribedDecision(decision, classCount: classes.count)
        versions = DescribedVersions(trainedBy: Set(checkpoints.map { $0.manifest.importedFrom ?? $0.manifest.program }).sorted())
    }
}
