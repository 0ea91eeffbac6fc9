import MedicalImages

/// Distances between the middles of a plane's pixels, in millimetres; written as `[rows, columns]`.
public struct PlaneSpacing: Sendable, Hashable {
    /// From row to row.
    public var rows: Double
    /// From column to column.
    public var columns: Double

    public init(rows: Double, columns: Double) {
        self.rows = rows
        self.columns = columns
    }

    /// - Throws: `SettingError` for lengths that are none.
    public func validate() throws {
        try SettingError.require(
            rows > 0 && columns > 0 && rows.isFinite && columns.isFinite, "spacing", found: "[\(rows), \(columns)]",
            expected: "two lengths above 0 mm")
    }
}

extension PlaneSpacing: Codable {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([Double].self)
        guard values.count == 2 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "expected [rows, columns] in mm, found \(values)"))
        }
        self.init(rows: values[0], columns: values[1])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([rows, columns])
    }
}

extension PlaneSpacing {
    /// Of the planes across z.
    public init(of geometry: VoxelGeometry) { self.init(rows: geometry.spacing[1], columns: geometry.spacing[0]) }
}
