/// Something about an image that its reader decided or that its file leaves open; for callers to say once.
public struct ImageNote: Sendable, Hashable, Codable, CustomStringConvertible {
    /// What the note is about, for code that tells notes apart.
    public enum Kind: String, Sendable, Codable {
        case alphaDropped = "alpha_dropped"
        case greyInColour = "grey_in_colour"
        case orientationApplied = "orientation_applied"
        case colorConverted = "color_converted"
        case pagesPassedOver = "pages_passed_over"
        case leftRightUnknown = "left_right_unknown"
        case geometryUnknown = "geometry_unknown"
        case transformIgnored = "transform_ignored"
        case transformsDiffer = "transforms_differ"
        case axesNotOrthogonal = "axes_not_orthogonal"
        case spacingSignIgnored = "spacing_sign_ignored"
        case labelsRounded = "labels_rounded"
    }

    /// What the note is about.
    public let kind: Kind
    /// The note on one line; header text that may name a patient never enters it.
    public let text: String

    init(_ kind: Kind, _ text: String) { (self.kind, self.text) = (kind, text) }

    /// The note's text.
    public var description: String { text }
}

extension ImageNote {
    /// One channel says as much as three equal ones.
    static let greyInColour = ImageNote(.greyInColour, "its three channels are equal, and it is read as the grey picture it is")

    /// Transparency is no intensity, so its channel is left out.
    static let alphaDropped = ImageNote(.alphaDropped, "its alpha channel is left out")

    static let labelsRounded = ImageNote(
        .labelsRounded, "values within 0.001 of whole numbers are rounded to them")
}
