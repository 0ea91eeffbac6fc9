/// The scores of an evaluation at one resolution, with the counts that they follow from.
public struct ResolutionScores: Sendable, Hashable, Codable {
    /// Every score, without uncertainty.
    public let summary: MetricSummary
    /// Patients or videos: what the intervals resample.
    public let groupCount: Int
    /// Files: volumes, slices or frames.
    public let caseCount: Int
    /// Planes of volumes, or pictures.
    public let imageCount: Int
    /// How the intervals were found.
    public let bootstrap: Bootstrap
    /// Every score with its interval.
    public let estimates: [ScoreEstimate]
    /// A confusion matrix for each image.
    public let store: ConfusionStore
    /// Of each case and row; nil where surfaces were not measured.
    public let surfaces: SurfaceStore?
    /// Of each row but the background; nil where surfaces were not measured.
    public let surfaceSummaries: [SurfaceSummary]?
    /// Nil where there are no probabilities.
    public let calibration: Calibration?

    enum CodingKeys: String, CodingKey {
        case summary, bootstrap, estimates, store, surfaces, calibration
        case groupCount = "group_count"
        case caseCount = "case_count"
        case imageCount = "image_count"
        case surfaceSummaries = "surface_summaries"
    }

    /// Derives every score from the counts.
    ///
    /// - Precondition: the store is of these classes.
    public init(
        _ store: ConfusionStore, classes: ScoredClasses, rule: EmptyRule = .one, bootstrap: Bootstrap = Bootstrap(),
        surfaces: SurfaceStore? = nil, calibration: Calibration? = nil
    ) {
        summary = MetricSummary(store, classes: classes, rule: rule)
        groupCount = store.groups.count
        caseCount = store.cases.count
        imageCount = store.entries.count
        self.bootstrap = bootstrap
        estimates = store.estimates(classes, rule: rule, by: bootstrap)
        self.store = store
        self.surfaces = surfaces
        surfaceSummaries = surfaces?.summaries(of: classes, by: bootstrap)
        self.calibration = calibration
    }

    /// A score with its interval; nil for a name of other classes.
    public func estimate(_ name: ScoreName) -> ScoreEstimate? { estimates.first { $0.name == name } }
}
