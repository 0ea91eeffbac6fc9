/// Which planes of the training volumes take part.
public enum SampleSelection: String, Sendable, Codable, CaseIterable {
    /// Every plane.
    case all
    /// Planes with a pixel of the foreground, which without a background is every class. The paper's authors leave out lesion-free CT slices so.
    case foregroundOnly = "foreground_only"
}
