/// How large an object is.
public struct ObjectSize: Sendable, Hashable {
    public enum Unit: String, Sendable, Hashable, Codable, CaseIterable {
        /// Cubic millimetres: voxels times the volume of one. A single plane counts with its thickness.
        case cubicMillimetres = "mm3"
        /// Voxels, or pixels of a picture: for images that state no spacing.
        case voxels

        var symbol: String { self == .cubicMillimetres ? "mm³" : rawValue }
    }

    public let value: Double
    public let unit: Unit

    public init(_ value: Double, _ unit: Unit) {
        self.value = value
        self.unit = unit
    }

    /// `12.5 mm³`.
    var words: String {
        let rounded = (value * 100).rounded() / 100
        return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + " \(unit.symbol)"
    }
}
