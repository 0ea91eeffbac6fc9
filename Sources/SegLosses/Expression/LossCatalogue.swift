/// The losses that an expression may name.
public enum LossCatalogue {
    /// A loss as it is written: its name, its parameters, how it is made, and what it is, for people.
    public struct Entry: Sendable {
        public let name: String
        /// What it does, in one sentence.
        public let summary: String
        /// Lines of plain text.
        public let formula: [String]
        public let parameters: [Parameter]
        /// Over which pixels, images and classes it is summed or averaged.
        public let reduction: String
        /// The publication whose form it is.
        public let source: String
        /// Reads the arguments, without data; what comes back makes the loss for a data set.
        let prepare: @Sendable (LossArguments) throws -> Recipe

        typealias Recipe = @Sendable (LossContext) throws -> any SegmentationLoss
    }

    public struct Parameter: Sendable {
        public let name: String
        /// Its values and what they do.
        public let meaning: String
        /// What holds where it is not given.
        public let standard: String
        /// Parameters that lose their meaning where this one is given.
        public let excludes: [String]

        init(_ name: String, _ meaning: String, standard: String, excludes: [String] = []) {
            self.name = name
            self.meaning = meaning
            self.standard = standard
            self.excludes = excludes
        }
    }

    public static let entries = [
        margin, crossEntropy, logitAdjusted, focal, dice, tversky, jaccard, lovasz, nrDice, ldam,
    ]

    /// The entry of this name.
    public static func entry(named name: String) -> Entry? { entries.first { $0.name == name } }
}
