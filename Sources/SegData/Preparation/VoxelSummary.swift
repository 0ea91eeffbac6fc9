import MedicalImages

/// How the voxels of a training's images lie: what a new scan is held against.
public struct VoxelSummary: Sendable, Hashable, Codable {
    /// The orders of axes in which files store them, such as `LPS`; files that do not say it have none.
    public let orientations: [String]
    /// The least and largest distance from column to column, row to row and plane to plane in mm, each axis by itself; nil where
    /// no file states any.
    public let smallestSpacing: [Double]?
    public let largestSpacing: [Double]?

    enum CodingKeys: String, CodingKey {
        case orientations
        case smallestSpacing = "smallest_spacing"
        case largestSpacing = "largest_spacing"
    }

    public init(_ grids: [CaseGrid]) {
        let stated = grids.compactMap(\.storedGeometry)
        orientations = Set(stated.filter { $0.source != .pixdim }.map(\.orientation)).sorted()
        let spacings = grids.compactMap(\.geometry?.spacing)
        func each(_ pick: ([Double]) -> Double?) -> [Double]? {
            spacings.isEmpty ? nil : (0..<3).compactMap { axis in pick(spacings.map { $0[axis] }) }
        }
        smallestSpacing = each { $0.min() }
        largestSpacing = each { $0.max() }
    }

    /// Pixels this much larger or smaller than those of the training are another picture to a network.
    public static let tolerance = 1.25

    /// What to say of a new scan whose planes have pixels of another size; nil where there is nothing to say.
    public func remark(on grid: CaseGrid) -> String? {
        guard let smallestSpacing, let largestSpacing, let spacing = grid.geometry?.spacing else { return nil }
        let isOther = (0..<2).contains {
            spacing[$0] < smallestSpacing[$0] / Self.tolerance || spacing[$0] > largestSpacing[$0] * Self.tolerance
        }
        func words(_ spacing: [Double]) -> String { "\(Self.rounded(spacing[1])) × \(Self.rounded(spacing[0])) mm" }
        let known = words(smallestSpacing) + (smallestSpacing == largestSpacing ? "" : " to \(words(largestSpacing))")
        return isOther
            ? "pixels of \(words(spacing)), while the model was trained on \(known): labels may be poor; resample the scan, or train "
                + "with input.spacing" : nil
    }

    private static func rounded(_ length: Double) -> Double { (length * 1000).rounded() / 1000 }
}
