extension NIfTIHeader {
    /// A header of one's own making: sform rows where the geometry has an affine, the spacing alone where it has not.
    ///
    /// NIfTI-1, unless a dimension is beyond its 16 bits.
    init(extent: Extent, voxelType: VoxelType, geometry: VoxelGeometry) {
        dimensions = [extent.width, extent.height, extent.depth] + (extent.channels > 1 ? [extent.channels] : [])
        version = dimensions.allSatisfy { $0 <= NIfTILayout.one.largestDimension } ? .one : .two
        byteOrder = .host
        isPair = false
        isAnalyze = false
        self.voxelType = voxelType
        components = 1
        pixdim = [1] + geometry.spacing + [0, 0, 0, 0]
        voxelOffset = NIfTILayout(version).firstVoxel
        scaling = .identity
        xyztUnits = SpaceUnit.millimetre.rawValue
        qformCode = 0
        quaternion = [0, 0, 0]
        qoffset = [0, 0, 0]
        switch geometry.source {
        case .sform(let code), .qform(let code):
            sformCode = code
            srow = Array(geometry.affine.rowMajor[..<12])
        case .pixdim:
            sformCode = 0
            srow = [Double](repeating: 0, count: 12)
        }
    }
}
