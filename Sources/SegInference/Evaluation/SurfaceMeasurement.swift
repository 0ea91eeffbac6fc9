import MedicalImages
import Sampling
import SegMetrics

/// Which cases have the surfaces of their classes measured.
public struct SurfaceMeasurement: Sendable, Hashable {
    /// Whether a case is measured.
    public enum Scope: Sendable, Hashable {
        /// None.
        case none
        /// Those of more than one slice: surfaces of single slices seldom mean anything.
        case volumes
        /// Every case.
        case all
    }

    public var scope: Scope
    /// Of the normalised surface Dice, in mm (pixels for images without a spacing).
    public var tolerance: Double

    /// - Precondition: a tolerance of 0 or more.
    public init(_ scope: Scope = .volumes, tolerance: Double = 1) {
        precondition(tolerance >= 0, "a tolerance of 0 or more")
        self.scope = scope
        self.tolerance = tolerance
    }
}

/// Measures cases as they come, in one unit.
struct SurfaceCollector {
    let measurement: SurfaceMeasurement
    let classes: ScoredClasses
    /// Nil until a case was measured.
    private(set) var store: SurfaceStore?

    init(_ measurement: SurfaceMeasurement, of classes: ScoredClasses) {
        self.measurement = measurement
        self.classes = classes
    }

    /// - Throws: `SurfaceUnitError` where a case states a spacing and one before it did not, or the other way around.
    mutating func add(
        group: String, case id: String, truth: [UInt8], prediction: [UInt8], extent: Extent, geometry: VoxelGeometry?
    ) throws {
        switch measurement.scope {
        case .none: return
        case .volumes where extent.depth == 1: return
        case .volumes, .all: break
        }
        let unit: SurfaceStore.Unit = geometry == nil ? .pixels : .millimetres
        var store = store ?? SurfaceStore(unit: unit, tolerance: measurement.tolerance)
        guard store.unit == unit else { throw SurfaceUnitError(caseID: id, hasSpacing: geometry != nil) }
        store.append(
            group: group, case: id, classes: classes, truth: truth, prediction: prediction, ignoring: LabelMap.ignored,
            grid: VoxelGrid(
                width: extent.width, height: extent.height, depth: extent.depth, spacing: geometry?.spacing ?? [1, 1, 1]))
        self.store = store
    }
}

/// Cases whose distances would come in different units.
public struct SurfaceUnitError: Error, CustomStringConvertible, Equatable, Sendable {
    public let caseID: String
    public let hasSpacing: Bool

    public var description: String {
        "\(caseID): this image states \(hasSpacing ? "a" : "no") voxel spacing, unlike those before it, "
            + "so surface distances have no common unit; evaluate with --no-surface, or the two kinds apart"
    }
}
