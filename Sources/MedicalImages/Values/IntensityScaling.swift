/// The line from stored samples to real values: `real = slope · stored + intercept`.
///
/// Source: NIfTI-1 standard, `scl_slope` and `scl_inter`.
public struct IntensityScaling: Sendable, Hashable, Codable {
    /// What a stored sample is multiplied by; never 0.
    public let slope: Double
    /// What is added after that.
    public let intercept: Double

    /// Samples that are real values already.
    public static let identity = IntensityScaling(slope: 1, intercept: 0)

    /// A slope of 0, or one that is not finite, means no scaling: the intercept is then not used either.
    ///
    /// - Precondition: the intercept is finite where the slope counts.
    public init(slope: Double, intercept: Double) {
        let isUsed = slope.isFinite && slope != 0
        precondition(!isUsed || intercept.isFinite, "an intercept is finite")
        self.slope = isUsed ? slope : 1
        self.intercept = isUsed ? intercept : 0
    }

    /// Whether stored samples are the real values.
    public var isIdentity: Bool { slope == 1 && intercept == 0 }
}
