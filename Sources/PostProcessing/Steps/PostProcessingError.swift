/// Why label maps cannot be post-processed.
public enum PostProcessingError: Error, Equatable, Sendable {
    /// What is removed has no class to become.
    case noBackground
    /// A step of a class that the data has not.
    case unknownClass(Int, count: Int)
    /// A step with a size in mm³, and an image without spacing.
    case noSpacing(caseID: String)
    /// No case, or none with a pixel that counts.
    case nothingToScore
}

extension PostProcessingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noBackground:
            "post-processing turns what it removes into background, and the classes of this data have none; "
                + "leave predictions as they are: --post-processing none"
        case .unknownClass(let found, let count):
            "post-processing names class \(found), expected 1 to \(count - 1); it was learned for other classes, learn it again"
        case .noSpacing(let caseID):
            "\(caseID): the image states no voxel spacing, and post-processing removes objects by their size in mm³; "
                + "use an image with a spacing, or leave predictions as they are: --post-processing none"
        case .nothingToScore:
            "post-processing cannot be learned: no validation case has a pixel with a label that counts"
        }
    }
}
