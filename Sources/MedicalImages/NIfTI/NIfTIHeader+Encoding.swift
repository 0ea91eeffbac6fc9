import Foundation

extension NIfTIHeader {
    /// A header that is made, not read: sform rows where the geometry has an affine, the spacing alone where it has not.
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
        case .positions:
            // The scanner's space.
            sformCode = 1
            srow = Array(geometry.affine.rowMajor[..<12])
        case .pixdim:
            sformCode = 0
            srow = [Double](repeating: 0, count: 12)
        }
    }

    /// The bytes of a single file up to its first voxel, for samples on this header's grid.
    ///
    /// Dimensions of space, pixdim, units and both transforms are as stated here; scaling, text and extensions are not there.
    ///
    /// - Throws: `ImageFileError` where the version's fields cannot hold a dimension.
    func encoded(for voxelType: VoxelType, extent: Extent, _ url: URL) throws -> [UInt8] {
        let layout = NIfTILayout(version)
        var dim = (0..<spatialRank).map(dimension)
        if extent.channels > 1 { dim = [extent.width, extent.height, extent.depth, extent.channels] }
        guard dim.allSatisfy({ $0 <= layout.largestDimension }) else {
            throw ImageFileError(
                url, .unsupported, "NIfTI-1 cannot hold the dimensions \(dim)", advice: "write it in the grid of a NIfTI-2 file")
        }
        var bytes = NIfTIBytes([UInt8](repeating: 0, count: layout.firstVoxel), byteOrder: .host)
        bytes.put(layout.size, at: 0, width: 4)
        bytes.put(layout.singleMagic, at: layout.magicOffset)
        bytes.put(NIfTIHeader.datatypes[voxelType]!, at: layout.datatype, width: 2)  // every type has a code
        bytes.put(8 * voxelType.byteCount, at: layout.bitsPerVoxel, width: 2)
        let dimField = [dim.count] + dim + [Int](repeating: 1, count: 7 - dim.count)
        for (i, size) in dimField.enumerated() {
            bytes.put(size, at: layout.dim + i * layout.dimensionWidth, width: layout.dimensionWidth)
        }
        bytes.put(pixdim, at: layout.pixdim, width: layout.realWidth)
        switch version {
        case .one: bytes.put([Double(layout.firstVoxel)], at: layout.voxelOffset, width: 4)
        case .two: bytes.put(layout.firstVoxel, at: layout.voxelOffset, width: 8)
        }
        bytes.put([1], at: layout.slope, width: layout.realWidth)
        bytes.put([0], at: layout.intercept, width: layout.realWidth)
        bytes.put(xyztUnits, at: layout.xyztUnits, width: version == .one ? 1 : 4)
        bytes.put(qformCode, at: layout.qformCode, width: layout.codeWidth)
        bytes.put(sformCode, at: layout.sformCode, width: layout.codeWidth)
        bytes.put(quaternion, at: layout.quaternion, width: layout.realWidth)
        bytes.put(qoffset, at: layout.qoffset, width: layout.realWidth)
        bytes.put(srow, at: layout.srow, width: layout.realWidth)
        return bytes.bytes
    }
}
