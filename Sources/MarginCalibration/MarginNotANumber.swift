/// A margin that is not a number: the scores of the model were not finite.
public struct MarginNotANumber: Error, CustomStringConvertible, Equatable {
    /// The class k of the margin λ_ik.
    public let classIndex: Int
    /// The pixel in the label map.
    public let position: Int

    init(class classIndex: Int, position: Int) {
        self.classIndex = classIndex
        self.position = position
    }

    public var description: String {
        "the margin of class \(classIndex) at pixel \(position) is not a number: expected finite scores from the model"
    }
}
