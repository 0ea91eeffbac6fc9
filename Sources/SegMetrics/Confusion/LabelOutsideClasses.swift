/// A label map or a prediction with a value that is no class.
public struct LabelOutsideClasses: Error, Equatable {
    /// Which of the two label maps.
    public enum Map: String, Sendable { case truth, prediction }

    /// Where the value is.
    public let map: Map
    /// The value that is no class.
    public let value: Int
    /// The pixels of the map that have the value; ignored pixels do not count.
    public let count: Int
    /// Where the first of them is.
    public let firstPosition: Int
    /// c: classes are 0 ..< c.
    public let classCount: Int

    /// - Precondition: one of the maps has such a value.
    init(classCount: Int, ignored: UInt8?, truth: [UInt8], prediction: [UInt8]) {
        let seen = truth.indices.filter { truth[$0] != ignored }
        let first = seen.first { truth[$0] >= classCount || prediction[$0] >= classCount }
        guard let first else { preconditionFailure("every label is a class") }
        let (map, labels) = truth[first] >= classCount ? (Map.truth, truth) : (.prediction, prediction)
        self.map = map
        self.value = Int(labels[first])
        self.count = seen.count { labels[$0] == labels[first] }
        self.firstPosition = first
        self.classCount = classCount
    }
}

extension LabelOutsideClasses: CustomStringConvertible {
    public var description: String {
        """
        label \(value) in the \(map.rawValue) is no class: found on \(count) pixel\(count == 1 ? "" : "s"), \
        first at position \(firstPosition); expected 0 to \(classCount - 1); map the value to a class or ignore it
        """
    }
}
