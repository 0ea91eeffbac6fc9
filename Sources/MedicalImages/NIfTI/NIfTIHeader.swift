/// What a NIfTI header says of its voxels, kept as stated so that a label volume can be written onto the same grid.
///
/// Free text (description, names) is left out on purpose: it may hold a patient's name.
///
/// Source: nifti1.h and nifti2.h of the NIfTI Data Format Working Group.
public struct NIfTIHeader: Sendable, Hashable {
    /// NIfTI-1 has 16-bit dimensions and Float32 numbers, NIfTI-2 has 64-bit dimensions and Float64.
    public enum Version: Int, Sendable, Hashable {
        case one = 1
        case two = 2
    }

    /// The version of the format, in which volumes like this one are written too.
    public let version: Version
    /// The order of the file's numbers.
    public let byteOrder: ByteOrder
    /// Whether the voxels lie in a second file (`.img`).
    public let isPair: Bool
    /// Whether it is the header of ANALYZE 7.5, NIfTI-1's forerunner, which says nothing of where the voxels lie.
    public let isAnalyze: Bool
    /// `dim[1]…dim[dim[0]]`: x, y, z, t and vector components, as many as the file states.
    public let dimensions: [Int]
    /// The type of the stored samples.
    public let voxelType: VoxelType
    /// The samples of one voxel that lie side by side: 3 for RGB24, 4 for RGBA32, else 1.
    public let components: Int
    /// `pixdim[0…7]`: the handedness of the qform (qfac), then the spacings in the file's units.
    public let pixdim: [Double]
    /// The bytes of the voxels' file that precede them.
    public let voxelOffset: Int
    /// `scl_slope` and `scl_inter` in their meaning.
    public let scaling: IntensityScaling
    /// The code of the space unit, with that of the time unit added.
    public let xyztUnits: Int
    /// The space that the quaternion leads to; 0 says that it is not set.
    public let qformCode: Int
    /// `quatern_b`, `quatern_c`, `quatern_d`.
    public let quaternion: [Double]
    /// `qoffset_x`, `qoffset_y`, `qoffset_z`.
    public let qoffset: [Double]
    /// The space that the affine rows lead to; 0 says that they are not set.
    public let sformCode: Int
    /// `srow_x`, `srow_y`, `srow_z`: 12 numbers.
    public let srow: [Double]

    /// How many of `dimensions` are those of space.
    var spatialRank: Int { min(3, dimensions.count) }

    /// The dimension at an index from 0 (x); those that the file does not state are 1.
    func dimension(_ index: Int) -> Int { index < dimensions.count ? dimensions[index] : 1 }
}
