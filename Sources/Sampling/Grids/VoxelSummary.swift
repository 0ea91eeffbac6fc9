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

    /// What to say of a new scan that does not say how its voxels lie, among others that do; nil where there is nothing to say.
    func remarkOnOrientation(of grid: CaseGrid) -> String? {
        let isStated = grid.storedGeometry.map { $0.source != .pixdim } ?? false
        return isStated || orientations.isEmpty
            ? nil
            : "the file does not say how its voxels lie in the patient, as those of the training did: it is taken for LPS, x to the "
                + "left, y to the back, z to the head"
    }

    /// What to say of a new scan whose samples have pixels or voxels of another size; nil where there is nothing to say.
    func remarkOnSpacing(of grid: CaseGrid) -> String? {
        guard let smallestSpacing, let largestSpacing, let spacing = grid.geometry?.spacing else { return nil }
        let axes = grid.route.native.dimensions
        let isOther = (0..<axes).contains {
            spacing[$0] < smallestSpacing[$0] / Self.tolerance || spacing[$0] > largestSpacing[$0] * Self.tolerance
        }
        func words(_ spacing: [Double]) -> String {
            spacing.prefix(axes).reversed().map { "\(Self.rounded($0))" }.joined(separator: " × ") + " mm"
        }
        let known = words(smallestSpacing) + (smallestSpacing == largestSpacing ? "" : " to \(words(largestSpacing))")
        return isOther
            ? "\(grid.route.native.unit) of \(words(spacing)), while the model was trained on \(known): labels may be poor; resample the scan, or train "
                + "with input.spacing" : nil
    }

    /// What in a new scan is unlike those of the training.
    public func remarks(on grid: CaseGrid, recipe: Recipe) -> [String] {
        [
            recipe.plane.isAnatomical ? remarkOnOrientation(of: grid) : nil,
            recipe.spacing == nil ? remarkOnSpacing(of: grid) : nil,
        ].compactMap(\.self)
    }

    private static func rounded(_ length: Double) -> Double { (length * 1000).rounded() / 1000 }
}
