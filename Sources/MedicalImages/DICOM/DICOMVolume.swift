import Foundation

/// Planes of one series that lie behind each other at one distance: a volume.
struct DICOMVolume: Sendable {
    /// In the order of their positions along row × column, whatever names and numbers say.
    let planes: [DICOMPlane]
    /// Nil for a plane whose place is not stated.
    let geometry: VoxelGeometry?
    let notes: [ImageNote]

    /// Why planes are no volume.
    struct NoVolume: Error, Equatable {
        let problem: String
        let advice: String
    }

    private static let advice = "leave the planes that do not belong to it out, or fetch the series again"

    /// - Parameter planes: alike but for their positions.
    /// - Throws: `NoVolume`, with the files and the positions concerned.
    init(_ planes: [DICOMPlane]) throws(NoVolume) {
        guard let first = planes.first else { throw NoVolume(problem: "it holds no image", advice: "give a series of images") }
        guard first.storage.isGrey else {
            throw NoVolume(
                problem: "its pixels are colours (\(first.storage.photometric.prefix(16)))",
                advice: "convert it to pictures: dcmj2pnm")
        }
        guard [8, 16, 32].contains(first.storage.bitsAllocated) else {
            throw NoVolume(
                problem: "its pixels have \(first.storage.bitsAllocated) bits", advice: "give images of 8, 16 or 32 bits")
        }
        guard planes.count > 1 else {
            (self.planes, geometry, notes) = (planes, Self.geometry(of: first), [])
            return
        }
        guard planes.allSatisfy({ $0.statesScaling == planes[0].statesScaling }) else {
            throw NoVolume(
                problem: "RescaleSlope or RescaleIntercept stands in some of its planes and not in others", advice: Self.advice)
        }
        let heights = planes.map(\.height)
        guard !heights.contains(nil) else {
            throw NoVolume(
                problem:
                    "\(heights.count { $0 == nil }) of its \(planes.count) planes state no position, or no directions at right angles",
                advice: "convert them to pictures, or fetch the series as it was acquired")
        }
        let order = planes.indices.sorted { heights[$0]! < heights[$1]! }  // none is nil
        let sorted = order.map { planes[$0] }
        let steps = zip(order, order.dropFirst()).map { heights[$1]! - heights[$0]! }
        try Self.requireEven(steps, sorted)
        let (start, end) = (sorted[0].position!, sorted[sorted.count - 1].position!)  // a height has a position
        let step = (0..<3).map { (end[$0] - start[$0]) / Double(sorted.count - 1) }
        let tolerance = Self.tolerance(of: steps)
        let stray = sorted.indices.first { index in
            (0..<3).contains { abs(sorted[index].position![$0] - start[$0] - Double(index) * step[$0]) > tolerance }
        }
        if let stray {
            throw NoVolume(
                problem:
                    "its planes do not lie behind each other: \(Self.place(sorted[stray])) lies beside the line of the others",
                advice: Self.advice)
        }
        guard let geometry = Self.geometry(first: sorted[0], step: step) else {
            throw NoVolume(
                problem: "its planes state no usable spacing (PixelSpacing)", advice: "fetch the series as it was acquired")
        }
        self.planes = sorted
        self.geometry = geometry
        let tilt = geometry.shear > 0.1
        notes =
            tilt
            ? [
                ImageNote(
                    .axesNotOrthogonal,
                    "its planes are shifted against each other (a gantry tilt of \((geometry.shear * 10).rounded() / 10)°); the "
                        + "sheared grid is kept")
            ] : []
    }

    /// Positions are written with few digits, and tables move by a little.
    private static func tolerance(of steps: [Double]) -> Double { max(0.02, 0.01 * steps.sorted()[steps.count / 2]) }

    private static func requireEven(_ steps: [Double], _ planes: [DICOMPlane]) throws(NoVolume) {
        if let twice = steps.firstIndex(where: { $0 < 1e-3 }) {
            let count = steps.count { $0 < 1e-3 }
            throw NoVolume(
                problem: "\(count) of its planes \(count == 1 ? "lies" : "lie") where others do: \(place(planes[twice])) and "
                    + "\(planes[twice + 1].file.lastPathComponent)",
                advice: advice)
        }
        let usual = steps.sorted()[steps.count / 2]
        guard let odd = steps.firstIndex(where: { abs($0 - usual) > tolerance(of: steps) }) else { return }
        let multiples = steps.allSatisfy { abs($0 - (($0 / usual).rounded() * usual)) <= tolerance(of: steps) && $0 > usual / 2 }
        let between = "between \(place(planes[odd])) and \(place(planes[odd + 1]))"
        if multiples, steps.count > 2 {
            let missing = steps.reduce(0) { $0 + Int(($1 / usual).rounded()) - 1 }
            throw NoVolume(
                problem: "\(missing) plane\(missing == 1 ? " is" : "s are") missing: \(rounded(steps[odd])) mm \(between), "
                    + "\(rounded(usual)) mm elsewhere", advice: "fetch the series again")
        }
        throw NoVolume(
            problem:
                "its planes lie \(rounded(steps.min() ?? 0)) to \(rounded(steps.max() ?? 0)) mm apart: \(rounded(steps[odd])) mm "
                + between, advice: advice)
    }

    /// A file and where its plane lies, for messages.
    private static func place(_ plane: DICOMPlane) -> String {
        let frame = plane.frame > 0 ? " frame \(plane.frame + 1)" : ""
        return "\(plane.file.lastPathComponent)\(frame) (at \(rounded(plane.height ?? 0)) mm)"
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    /// Of one plane alone, as thick as it says, or as its pixels are wide.
    static func geometry(of plane: DICOMPlane) -> VoxelGeometry? {
        guard let spacing = plane.spacing else { return nil }
        let thickness = plane.thickness ?? spacing[0]
        guard let normal = plane.normal, plane.position != nil else { return VoxelGeometry(spacing: spacing + [thickness]) }
        return geometry(first: plane, step: normal.map { $0 * thickness })
    }

    /// From x along rows, y along columns and z along the planes to RAS; DICOM's own axes are LPS.
    static func geometry(first plane: DICOMPlane, step: [Double]) -> VoxelGeometry? {
        guard let spacing = plane.spacing, let orientation = plane.orientation, let position = plane.position else { return nil }
        let rows = (0..<3).flatMap { axis in
            [orientation[axis] * spacing[0], orientation[3 + axis] * spacing[1], step[axis], position[axis]]
                .map { axis < 2 ? 0 - $0 : $0 }
        }
        return VoxelGeometry(checking: Affine(rows: rows), source: .positions)
    }

    var extent: Extent {
        Extent(width: planes[0].storage.columns, height: planes[0].storage.rows, depth: planes.count)
    }
}
