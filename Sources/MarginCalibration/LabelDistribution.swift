/// How many pixels each class has in a set of label maps: all that the margin-offsets need to know of the data.
///
/// n_k = `counts[k]`, n = `total`, p_k = n_k / n = `frequencies[k]`; class 0 is the background.
public struct LabelDistribution: Sendable, Hashable {
    /// n_k: the pixels of each class.
    public let counts: [Int]
    /// n: the pixels of all classes together; ignored pixels are not among them.
    public let total: Int

    /// Given counts.
    ///
    /// - Throws: `LabelDistributionError` when there is no class, a count is negative, or the sum does not fit an `Int`.
    public init(counts: [Int]) throws {
        guard !counts.isEmpty else { throw LabelDistributionError.noClasses }
        var total = 0
        for (index, count) in counts.enumerated() {
            guard count >= 0 else { throw LabelDistributionError.negativeCount(class: index, count: count) }
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow else { throw LabelDistributionError.tooManyPixels }
            total = sum
        }
        self.counts = counts
        self.total = total
    }

    /// c: the number of classes, with the background.
    public var classCount: Int { counts.count }

    /// p_k = n_k / n; NaN for every class while nothing has been counted.
    public var frequencies: [Double] { counts.map { Double($0) / Double(total) } }

    /// The distribution of two sets of label maps taken together.
    ///
    /// - Precondition: both have the same number of classes.
    public func adding(_ other: LabelDistribution) -> LabelDistribution {
        precondition(
            classCount == other.classCount, "distributions of \(classCount) and \(other.classCount) classes cannot be added")
        return LabelDistribution(counts: zip(counts, other.counts).map(+), total: total + other.total)
    }

    /// Of pixels that were counted one by one, so that their sum is a number too.
    init(summing counts: [Int]) { self.init(counts: counts, total: counts.reduce(0, +)) }

    /// For counts that are known to be valid.
    private init(counts: [Int], total: Int) {
        self.counts = counts
        self.total = total
    }
}

extension LabelDistribution: Codable {
    enum CodingKeys: String, CodingKey { case counts }

    public init(from decoder: any Decoder) throws {
        try self.init(counts: decoder.container(keyedBy: CodingKeys.self).decode([Int].self, forKey: .counts))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(counts, forKey: .counts)
    }
}

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
            "\(classNumber(index)) has \(count) pixels: a count is 0 or more"
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
