import Foundation

/// Where the voxels of an image lie in the patient.
public struct VoxelGeometry: Sendable, Hashable, Codable {
    /// The part of a header that gave the geometry.
    public enum Source: Sendable, Hashable, Codable {
        /// The affine rows, with what space they lead to.
        case sform(code: Int)
        /// The quaternion and offset, with what space they lead to.
        case qform(code: Int)
        /// The positions of a DICOM series' planes.
        case positions
        /// The spacing alone: axes as R, A, S, and the origin at voxel (0, 0, 0).
        case pixdim
    }

    /// Voxel indices to RAS+ millimetres.
    public let affine: Affine
    /// The distance between neighbours along x, y and z in mm: the lengths of the affine's columns.
    public let spacing: [Double]
    /// The anatomical directions in which x, y and z grow, such as `RAS` or `LPS`; oblique axes take the nearest one.
    public let orientation: String
    /// What gave the affine.
    public let source: Source

    /// A geometry that is made, not read; NIfTI files state it as an sform.
    ///
    /// - Precondition: the affine is finite and has an inverse.
    public init(affine: Affine, source: Source = .sform(code: 2)) {
        guard let geometry = VoxelGeometry(checking: affine, source: source) else {
            preconditionFailure("the affine of a geometry is finite and has an inverse")
        }
        self = geometry
    }

    /// A grid that is known by its spacing alone.
    ///
    /// - Parameter spacing: mm along x, y and z.
    /// - Precondition: three finite spacings above 0.
    public init(spacing: [Double]) {
        precondition(spacing.count == 3, "a spacing has three numbers")
        self.init(affine: Affine(spacing: spacing), source: .pixdim)
    }

    /// Nil where the affine is not finite or has no inverse.
    init?(checking affine: Affine, source: Source) {
        guard let directions = affine.directions else { return nil }
        self.affine = affine
        self.spacing = affine.columnLengths
        self.orientation = directions.orientation
        self.source = source
    }

    /// Whether all entries of the affines agree: voxels lie on the same places, whatever part of a header said so.
    ///
    /// - Parameter tolerance: the largest difference of two entries, in mm. Headers hold Float32, so equal grids of
    ///   different writers differ by about 1e-4.
    public func isClose(to other: VoxelGeometry, tolerance: Double = 1e-3) -> Bool {
        zip(affine.rowMajor, other.affine.rowMajor).allSatisfy { abs($0 - $1) <= tolerance }
    }
}

extension VoxelGeometry {
    /// The volume of a voxel in mm³, sheared or not: |det| of the affine's axes.
    package var voxelVolume: Double { abs(Matrix3(rowMajor: (0..<9).map { affine[$0 / 3, $0 % 3] }).determinant) }

    /// How far the axes are from being at right angles: the largest difference of an angle between two of them from 90°, in
    /// degrees. Distances and directions of a sheared grid are not those of its axes.
    public var shear: Double {
        let pairs = [(0, 1), (0, 2), (1, 2)]
        return pairs.map { a, b in
            let dot = (0..<3).reduce(0) { $0 + affine[$1, a] * affine[$1, b] }
            return abs(asin(min(1, max(-1, dot / (spacing[a] * spacing[b]))))) * 180 / .pi
        }.max() ?? 0
    }
}

extension Matrix3 {
    /// The letters of the anatomical directions nearest to the columns, each axis used once, the clearest column first.
    ///
    /// The columns are made orthogonal before, so a sheared grid is judged as a whole (as nibabel's `io_orientation` does). Of
    /// columns that are equally clear, as in a volume turned by 45°, the one goes first that lies further to the right, then to the
    /// front, then to the head, in whichever direction the file counts along it: every storage order of one scan gives the same axes.
    fileprivate var orientation: String {
        let letters = [["L", "R"], ["P", "A"], ["I", "S"]]
        let rotation = nearestOrthogonal
        // Headers in Float32 and quaternions round far below this.
        let columns = (0..<3).map { column in (0..<3).map { (rotation[$0, column] * 1e4).rounded() } }
        let rank = columns.map { column in
            let isReversed = (column.first { $0 != 0 } ?? 0) < 0
            return [column.map(abs).max() ?? 0] + column.map { isReversed ? -$0 : $0 }
        }
        var code = ["", "", ""]
        var free = [0, 1, 2]
        for column in (0..<3).sorted(by: { rank[$1].lexicographicallyPrecedes(rank[$0]) }) {
            let row = free.max { abs(columns[column][$0]) < abs(columns[column][$1]) } ?? column
            free.removeAll { $0 == row }
            code[column] = letters[row][rotation[row, column] > 0 ? 1 : 0]
        }
        return code.joined()
    }
}
