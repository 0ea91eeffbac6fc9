import MarginCalibration

/// Theorem 1 on the training split of a model, with what it needs and whether that holds.
///
/// Everything is of one resolution, the images' own: there the margins are gathered, there n and n_k are counted, and there lies
/// the mIoU of new images that `evaluate` reports and the theorem bounds. The theorem's "image", within which pixels may depend on
/// each other, is a whole patient or video: neighbouring planes of one volume are no independent draws. So m is the number of
/// pixels of the largest of them.
public struct TrainingBound: Sendable {
    /// Something that Theorem 1 takes for granted.
    public struct Assumption: Sendable, Hashable, Codable {
        public enum Status: String, Sendable, Codable {
            case held
            /// Nothing here can show it, and nothing speaks against it.
            case assumed
            case notHeld = "not held"
        }

        public let status: Status
        public let text: String
    }

    public let theorem: GeneralizationBound
    public let complexity: Double
    public let eta: Double
    /// n_k, n.
    public let labels: LabelDistribution
    /// Patients or videos.
    public let units: Int
    /// m: pixels of the largest of them.
    public let pixelsPerUnit: Int
    /// mIoU̲_n of the training split (Eq. 8).
    public let miouLowerBound: Double
    public private(set) var assumptions: [Assumption]

    /// - Parameters:
    ///   - training: of the training split.
    ///   - leftOut: training cases that could not be read and take no part.
    ///   - areOffsetsFixed: whether the offsets were given by hand and do not follow from the labels.
    /// - Throws: `GeneralizationBoundError`.
    public init(
        _ training: GatheredMargins, leftOut: Int = 0, areOffsetsFixed: Bool, complexity: Double, eta: Double
    ) throws {
        try self.init(
            labels: training.bounds.labels, offsets: training.bounds.offsets, miouLowerBound: training.bounds.miouLowerBound,
            pixelsOfGroups: training.pixelsOfGroups, leftOut: leftOut, areOffsetsFixed: areOffsetsFixed, complexity: complexity,
            eta: eta)
    }

    init(
        labels: LabelDistribution, offsets: MarginOffsets, miouLowerBound: Double, pixelsOfGroups: [String: Int],
        leftOut: Int = 0, areOffsetsFixed: Bool, complexity: Double, eta: Double
    ) throws {
        self.labels = labels
        self.miouLowerBound = miouLowerBound
        units = pixelsOfGroups.count
        pixelsPerUnit = pixelsOfGroups.values.max() ?? 0
        theorem = try GeneralizationBound(
            labels, offsets: offsets, complexity: complexity, eta: eta, pixelsPerImage: pixelsPerUnit)
        self.complexity = complexity
        self.eta = eta
        assumptions = [
            Assumption(status: .held, text: "one resolution: n, n_k, m and the margins are those of the images' own pixels"),
            Assumption(
                status: .held,
                text: "pixels that depend on each other are one unit: the largest of \(units) patients or videos has m = "
                    + "\(pixelsPerUnit) pixels"),
            Assumption(
                status: .assumed,
                text: "these \(units) and the new data are independent draws from one distribution; cases without a group are "
                    + "taken for patients of their own"),
            areOffsetsFixed
                ? Assumption(status: .assumed, text: "the offsets, given by hand, were fixed before the data were seen")
                : Assumption(
                    status: .notHeld,
                    text: "offsets fixed before the data were seen: these follow from the labels of the same data"),
            complexity > 0
                ? Assumption(
                    status: .assumed, text: "C(Theta) / sqrt(N) bounds the network's Rademacher complexity over N pixels (Eq. 16)"
                )
                : Assumption(
                    status: .notHeld,
                    text:
                        "a bound of the network's complexity: C(Theta) = 0 is the most favourable there is, and no network's; name "
                        + "one with --complexity"),
        ]
        if leftOut > 0 {
            assumptions.append(
                Assumption(
                    status: .notHeld,
                    text: "the training cases are all here: \(leftOut) could not be read, and the network was chosen with them"))
        }
    }

    /// mIoU̲_n − ε, which the mIoU on new data reaches with probability 1 − η; nil where the theorem says nothing, or does not
    /// apply.
    public var guaranteed: Double? {
        guard let epsilon = theorem.epsilon, !assumptions.contains(where: { $0.status == .notHeld }) else {
            return nil
        }
        return miouLowerBound - epsilon
    }
}
