/// Where the fields of a NIfTI header stand, in bytes from its start.
///
/// Source: the structs of nifti1.h and nifti2.h.
struct NIfTILayout {
    let size: Int
    let magicOffset: Int
    /// The magic of a file that holds its voxels, and that of a header with its voxels in a second file.
    let singleMagic, pairMagic: [UInt8]
    let datatype, bitsPerVoxel, dim, pixdim, voxelOffset, slope, intercept, xyztUnits: Int
    let qformCode, sformCode, quaternion, qoffset, srow: Int
    /// The bytes of a dimension, of a real number and of a transform code.
    let dimensionWidth, realWidth, codeWidth: Int

    static let one = NIfTILayout(
        size: 348, magicOffset: 344, singleMagic: Array("n+1\0".utf8), pairMagic: Array("ni1\0".utf8),
        datatype: 70, bitsPerVoxel: 72, dim: 40, pixdim: 76, voxelOffset: 108, slope: 112, intercept: 116, xyztUnits: 123,
        qformCode: 252, sformCode: 254, quaternion: 256, qoffset: 268, srow: 280,
        dimensionWidth: 2, realWidth: 4, codeWidth: 2)

    // The end of the second magic shows whether a transfer has translated line ends, as in PNG.
    static let two = NIfTILayout(
        size: 540, magicOffset: 4, singleMagic: Array("n+2\0\r\n\u{1a}\n".utf8), pairMagic: Array("ni2\0\r\n\u{1a}\n".utf8),
        datatype: 12, bitsPerVoxel: 14, dim: 16, pixdim: 104, voxelOffset: 168, slope: 176, intercept: 184, xyztUnits: 500,
        qformCode: 344, sformCode: 348, quaternion: 352, qoffset: 376, srow: 400,
        dimensionWidth: 8, realWidth: 8, codeWidth: 4)

    /// The earliest byte of a voxel in a single file: four bytes after the header say whether extensions follow.
    var firstVoxel: Int { size + 4 }

    var largestDimension: Int { dimensionWidth == 2 ? Int(Int16.max) : .max }
}

extension NIfTILayout {
    init(_ version: NIfTIHeader.Version) { self = version == .one ? .one : .two }
}
