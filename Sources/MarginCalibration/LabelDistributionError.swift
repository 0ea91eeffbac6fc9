/// Why pixels or counts are no label distribution.
public enum LabelDistributionError: Error, Equatable {
    case noClasses
    case negativeCount(class: Int, count: Int)
    case tooManyPixels
    /// A label that is no class: how many pixels have it, and where the first of them is in the label map.
    case labelOutside(value: Int, count: Int, firstPosition: Int, classCount: Int)
}

extension LabelDistributionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noClasses:
            "a label distribution needs a count for each class, found none"
        case .negativeCount(let index, let count):
            "class \(index) has \(count) pixels: a count is 0 or more"
        case .tooManyPixels:
            "the counts add up to more than \(Int.max) pixels"
        case .labelOutside(let value, let count, let position, let classCount):
            """
            label \(value) is no class: found on \(count) pixel\(count == 1 ? "" : "s"), first at position \(position); \
            expected 0 to \(classCount - 1); map the value to a class or ignore it
            """
        }
    }
}
