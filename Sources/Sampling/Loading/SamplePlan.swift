import DataSets
import MedicalImages

/// What the cases of a split will become, known from their headers alone: sizes are checked and memory is estimated before
/// anything is decoded.
public struct SamplePlan: Sendable {
    /// A case with the grid of its image.
    public struct Item: Sendable {
        public let dataCase: DataCase
        public let grid: CaseGrid
    }

    /// The cases, in order.
    public let cases: [Item]
    public let recipe: Recipe
    /// Channels of every image.
    public let channels: Int
    /// What happens to a case that cannot be read, in the plan and in the store made from it.
    public let tolerance: ReadTolerance
    /// Cases whose headers could not be read.
    public let unreadable: [UnreadableCase]

    /// - Throws: `CaseError` for a case without labels, with other channels than the first, or whose files do not go together;
    ///   `SettingError`, `ImageFileError`, `FileError`.
    /// - Precondition: at least one case and one worker.
    public init(_ cases: [DataCase], recipe: Recipe, workers: Int = 1, tolerance: ReadTolerance = .none) throws {
        precondition(!cases.isEmpty, "a plan has cases")
        let reader = try CaseReader(recipe)
        let (read, unreadable) = try tolerance.read(cases, workers: workers) { _, dataCase in
            guard dataCase.label != nil else { throw CaseError.noLabel(path: dataCase.image.path) }
            return Item(dataCase: dataCase, grid: try reader.outline(of: dataCase))
        }
        self.unreadable = unreadable
        let items = try Self.withGreyPictures(read, recipe: recipe)
        guard let channels = items.first?.grid.extent.channels else { throw CaseError.nothingReadable(unreadable) }
        for item in items where item.grid.extent.channels != channels {
            throw CaseError.channels(
                path: item.dataCase.image.path, found: item.grid.extent.channels, expected: channels,
                reason: "as in \(items[0].dataCase.image.path); a network takes one number of channels")
        }
        self.cases = items
        self.recipe = recipe
        self.channels = channels
        self.tolerance = tolerance
    }

    /// The items, with grey pictures stored as RGB as one channel, where most are.
    private static func withGreyPictures(_ items: [Item], recipe: Recipe) throws -> [Item] {
        let ordinary = items.count { $0.grid.extent.channels == $0.dataCase.image.files.count }
        guard ordinary < items.count, 2 * ordinary >= items.count else { return items }
        return try items.map { item in
            let files = item.dataCase.image.files.count
            guard item.grid.extent.channels != files else { return item }
            return Item(dataCase: item.dataCase, grid: try CaseReader(recipe, channels: files).outline(of: item.dataCase))
        }
    }

    /// Planes, or whole volumes, of all cases, with and without foreground.
    public var sampleCount: Int { cases.reduce(0) { $0 + $1.grid.sampleCount } }

    /// Memory of all samples before the network: 4 bytes a channel and one for the label of each pixel.
    public var estimatedBytes: Int {
        cases.reduce(0) { $0 + $1.grid.sampleCount * $1.grid.route.inputSize.count * (4 * channels + 1) }
    }
}
