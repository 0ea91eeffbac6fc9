/// The surface distances of every case and row of scores of an evaluation.
public struct SurfaceStore: Sendable, Hashable, Codable {
    /// What distances are measured in.
    public enum Unit: String, Sendable, Hashable, Codable {
        /// Millimetres of the patient, from the image's geometry.
        case millimetres = "mm"
        /// Pixels, for images that state no spacing.
        case pixels = "px"
    }

    /// One row of scores, a class or a region, of one case.
    public struct Entry: Sendable, Hashable, Codable {
        /// The patient or video that the case belongs to.
        public let group: String
        /// The case.
        public let caseID: String
        /// The index in `ScoredClasses.rows`.
        public let classIndex: Int
        /// Nil where one of the maps lacks the class.
        public let hausdorff: Double?
        public let hausdorff95: Double?
        public let averageSymmetric: Double?
        /// Nil where both maps lack the class; 0 where one does.
        public let surfaceDice: Double?
        public let isEmptyInTruth: Bool
        public let isEmptyInPrediction: Bool

        enum CodingKeys: String, CodingKey {
            case group
            case caseID = "case"
            case classIndex = "class"
            case hausdorff
            case hausdorff95 = "hausdorff_95"
            case averageSymmetric = "average_symmetric_surface_distance"
            case surfaceDice = "normalized_surface_dice"
            case isEmptyInTruth = "empty_in_truth"
            case isEmptyInPrediction = "empty_in_prediction"
        }
    }

    public let unit: Unit
    /// Of the normalised surface Dice.
    public let tolerance: Double
    /// In the order of `append`, the rows of a case together.
    public private(set) var entries: [Entry] = []

    /// - Precondition: a tolerance of 0 or more.
    public init(unit: Unit, tolerance: Double) {
        precondition(tolerance >= 0, "a tolerance of 0 or more")
        self.unit = unit
        self.tolerance = tolerance
    }

    /// Measures every class but the background, and every region, of a case.
    ///
    /// - Precondition: as many labels as the grid has voxels; the grid's spacing is in `unit`.
    public mutating func append(
        group: String, case caseID: String, classes: ScoredClasses, truth: [UInt8], prediction: [UInt8],
        ignoring ignored: UInt8?, grid: VoxelGrid
    ) {
        for index in classes.rowsWithoutBackground {
            let distances = distances(
                of: classes.rows[index].classes, truth: truth, prediction: prediction, ignoring: ignored, grid: grid)
            entries.append(
                Entry(
                    group: group, caseID: caseID, classIndex: index, hausdorff: distances.hausdorff,
                    hausdorff95: distances.hausdorff95, averageSymmetric: distances.averageSymmetric,
                    surfaceDice: distances.surfaceDice, isEmptyInTruth: distances.isEmptyInTruth,
                    isEmptyInPrediction: distances.isEmptyInPrediction))
        }
    }

    /// The distances of several stores together; nil for no store, and where units or tolerances differ.
    init?(pooling stores: [SurfaceStore]) {
        guard let first = stores.first, stores.allSatisfy({ $0.unit == first.unit && $0.tolerance == first.tolerance }) else {
            return nil
        }
        self.init(unit: first.unit, tolerance: first.tolerance)
        entries = stores.flatMap(\.entries)
    }

    /// Those of one class, or of several as one.
    private func distances(
        of classes: [Int], truth: [UInt8], prediction: [UInt8], ignoring ignored: UInt8?, grid: VoxelGrid
    ) -> SurfaceDistances {
        let label = UInt8(classes[0])
        guard classes.count > 1 else {
            return SurfaceDistances(
                of: label, truth: truth, prediction: prediction, ignoring: ignored, grid: grid, tolerance: tolerance)
        }
        var table = Array(UInt8.min...UInt8.max)
        for index in classes { table[index] = label }
        func joined(_ labels: [UInt8]) -> [UInt8] { labels.map { table[Int($0)] } }
        return SurfaceDistances(
            of: label, truth: joined(truth), prediction: joined(prediction), ignoring: ignored, grid: grid,
            tolerance: tolerance)
    }
}
