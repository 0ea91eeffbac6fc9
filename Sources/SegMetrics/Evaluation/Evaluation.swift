/// Everything that scoring one model's predictions found, with the counts of every image: what tables, reports and comparisons
/// are made of.
public struct Evaluation: Sendable, Hashable, Codable {
    /// Raised when a reader of the old form could not read the new one.
    public static let currentFormat = 1

    public let format: Int
    /// Name and version of the program that made it.
    public let program: String
    /// What was scored: a run, or a folder of predictions.
    public let subject: String
    /// What it was scored on: a split, or a folder of masks.
    public let reference: String
    /// What was scored of them.
    public let classes: ScoredClasses
    /// At the images' own resolution.
    public let native: ResolutionScores
    /// At the size that the network sees, where its probabilities are calibrated; nil where no network was run.
    public let network: ResolutionScores?
    /// The checksum of the checkpoint that was scored; nil where none was, or where it had none.
    public let weights: String?
    /// How the scores were made, such as `windows of 64×64; mean of 5 models`; nil for one network on whole inputs.
    public let inference: String?
    /// Cases that could not be scored.
    public let problems: [CaseProblem]

    enum CodingKeys: String, CodingKey { case format, program, subject, reference, native, network, weights, inference, problems }

    public init(
        program: String, subject: String, reference: String, classes: ScoredClasses, native: ResolutionScores,
        network: ResolutionScores? = nil, weights: String? = nil, inference: String? = nil, problems: [CaseProblem] = []
    ) {
        format = Self.currentFormat
        self.program = program
        self.subject = subject
        self.reference = reference
        self.classes = classes
        self.native = native
        self.network = network
        self.weights = weights
        self.inference = inference
        self.problems = problems
    }

    /// The name of each class, the background's first where there is one.
    public var classNames: [String] { classes.names }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        format = try container.decode(Int.self, forKey: .format)
        program = try container.decode(String.self, forKey: .program)
        subject = try container.decode(String.self, forKey: .subject)
        reference = try container.decode(String.self, forKey: .reference)
        classes = try ScoredClasses(from: decoder)
        native = try container.decode(ResolutionScores.self, forKey: .native)
        network = try container.decodeIfPresent(ResolutionScores.self, forKey: .network)
        weights = try container.decodeIfPresent(String.self, forKey: .weights)
        inference = try container.decodeIfPresent(String.self, forKey: .inference)
        problems = try container.decode([CaseProblem].self, forKey: .problems)
    }

    public func encode(to encoder: any Encoder) throws {
        try classes.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(program, forKey: .program)
        try container.encode(subject, forKey: .subject)
        try container.encode(reference, forKey: .reference)
        try container.encode(native, forKey: .native)
        try container.encodeIfPresent(network, forKey: .network)
        try container.encodeIfPresent(weights, forKey: .weights)
        try container.encodeIfPresent(inference, forKey: .inference)
        try container.encode(problems, forKey: .problems)
    }
}

/// A case that takes no part in the scores, and why.
public struct CaseProblem: Sendable, Hashable, Codable {
    /// What is the matter.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// There is a mask and no prediction of its name.
        case missing
        /// There is a prediction and no mask of its name.
        case extra
        /// Prediction and mask are not on one grid.
        case geometry
        /// One of the files cannot be read.
        case unreadable
        /// One of the files has values of no class.
        case labels
    }

    public let caseID: String
    public let kind: Kind
    /// On one line, with the path.
    public let message: String

    enum CodingKeys: String, CodingKey {
        case caseID = "case"
        case kind, message
    }

    public init(caseID: String, kind: Kind, message: String) {
        self.caseID = caseID
        self.kind = kind
        self.message = message
    }
}
