import MedicalImages

/// What the cases of a split will become, known from their headers alone: sizes are checked and memory is estimated before
/// anything is decoded.
public struct PlanePlan: Sendable {
    /// The cases, in order, with the sizes of their images.
    public let cases: [(dataCase: DataCase, extent: Extent)]
    public let recipe: PlaneRecipe
    /// Channels of every image.
    public let channels: Int

    /// - Throws: `CaseError` for a case without labels, with other channels than the first, or whose files do not go together;
    ///   `SettingError`, `ImageFileError`, `FileError`.
    /// - Precondition: at least one case and one worker.
    public init(_ cases: [DataCase], recipe: PlaneRecipe, workers: Int = 1) throws {
        precondition(!cases.isEmpty, "a plan has cases")
        let reader = try CaseReader(recipe)
        let extents = try concurrentMap(cases, workers: workers) { dataCase in
            guard dataCase.label != nil else { throw CaseError.noLabel(path: dataCase.images[0].path) }
            return try reader.extent(of: dataCase)
        }
        let channels = extents[0].channels
        for (dataCase, extent) in zip(cases, extents) where extent.channels != channels {
            throw CaseError.channels(
                path: dataCase.images[0].path, found: extent.channels, expected: channels,
                reason: "as in \(cases[0].images[0].path); a network takes one number of channels")
        }
        self.cases = Array(zip(cases, extents)).map { (dataCase: $0, extent: $1) }
        self.recipe = recipe
        self.channels = channels
    }

    /// Planes of all cases, with and without foreground.
    public var planeCount: Int {
        cases.reduce(0) { $0 + recipe.axis.planeCount(of: $1.extent) }
    }

    /// Memory of all planes at the network's size: 4 bytes a channel and one for the label of each pixel.
    public var estimatedBytes: Int {
        planeCount * recipe.fit.size.count * (4 * channels + 1)
    }
}
