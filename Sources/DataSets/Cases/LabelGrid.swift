/// Where a label's voxels lie.
public enum LabelGrid: String, Sendable, Codable, CaseIterable {
    /// Where its own header says, which must agree with the image's.
    case own
    /// Where the image's voxels lie: for data sets whose label headers are known to be wrong.
    case fromImage
}
