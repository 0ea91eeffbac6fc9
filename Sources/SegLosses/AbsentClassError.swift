import MarginCalibration

/// A class without a training pixel, of which something would have to be infinite.
public struct AbsentClassError: Error, CustomStringConvertible, Equatable {
    /// What would be infinite, and where, as `margin in ldam`.
    public let quantity: String
    public let classIndex: Int
    public let className: String?

    public var description: String {
        """
        class \(classIndex)\(className.map { " (\($0))" } ?? "") has no pixel: its \(quantity) would be infinite; \
        join the class with another one or take another objective
        """
    }

    /// - Throws: the error for the first class without a pixel.
    static func check(_ distribution: LabelDistribution, _ quantity: String, classNames: [String]) throws {
        guard let index = distribution.counts.firstIndex(of: 0) else { return }
        throw AbsentClassError(
            quantity: quantity, classIndex: index, className: classNames.indices.contains(index) ? classNames[index] : nil)
    }
}
