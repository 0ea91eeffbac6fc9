import DataSets
import MedicalImages

/// Distances between the middles of neighbours in millimetres; written as `[rows, columns]`, or of volumes as
/// `[planes, rows, columns]`.
public struct GridSpacing: Sendable, Hashable {
    /// From plane to plane; nil where planes stay as far apart as they are.
    public var planes: Double?
    /// From row to row.
    public var rows: Double
    /// From column to column.
    public var columns: Double

    public init(planes: Double? = nil, rows: Double, columns: Double) {
        (self.planes, self.rows, self.columns) = (planes, rows, columns)
    }

    /// In the order of `GridSize.lengths`.
    var lengths: [Double] { [planes, rows, columns].compactMap(\.self) }

    /// - Throws: `SettingError` for lengths that are not above 0.
    public func validate() throws {
        try SettingError.require(
            lengths.allSatisfy { $0 > 0 && $0.isFinite }, "spacing", found: "\(lengths)", expected: "lengths above 0 mm")
    }
}

extension GridSpacing: Codable {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([Double].self)
        guard [2, 3].contains(values.count) else {
            throw decoder.mismatch("expected [rows, columns] or [planes, rows, columns] in mm, found \(values)")
        }
        self.init(planes: values.count == 3 ? values[0] : nil, rows: values[values.count - 2], columns: values[values.count - 1])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(lengths)
    }
}

extension GridSpacing {
    /// Of a volume whose planes lie across z.
    public init(of geometry: VoxelGeometry) {
        self.init(planes: geometry.spacing[2], rows: geometry.spacing[1], columns: geometry.spacing[0])
    }
}
