import Foundation

extension NIfTIHeader {
    /// The header at the start of a stream, which is read up to the header's end.
    ///
    /// - Throws: `ImageFileError` where the content is no NIfTI header, contradicts itself, or states voxels that are no
    ///   real numbers.
    init(from stream: ImageStream) throws {
        let url = stream.url
        var bytes = try stream.read(4)
        guard bytes.count == 4, let (layout, byteOrder) = NIfTIHeader.layout(of: bytes) else {
            throw ImageFileError(
                url, .notAnImage, "it is no NIfTI file (its first number is not the size of a NIfTI header)",
                advice: "give a NIfTI file, or rename the file after its true format")
        }
        bytes += try stream.read(layout.size - 4)
        guard bytes.count == layout.size else {
            throw ImageFileError.truncated(url, "its header has \(bytes.count) bytes, expected \(layout.size)")
        }
        try self.init(NIfTIBytes(bytes, byteOrder: byteOrder), layout, url)
    }

    private init(_ bytes: NIfTIBytes, _ layout: NIfTILayout, _ url: URL) throws {
        let kind = try Kind(bytes, layout, url)
        version = layout.size == NIfTILayout.one.size ? .one : .two
        byteOrder = bytes.byteOrder
        isPair = kind != .single
        isAnalyze = kind == .analyze
        dimensions = try NIfTIHeader.dimensions(bytes, layout, url)
        (voxelType, components) = try NIfTIHeader.voxelType(code: bytes.integer(at: layout.datatype, width: 2), url)
        voxelOffset = try NIfTIHeader.voxelOffset(bytes, layout, isPair: isPair, url)
        let pixdim = bytes.reals(8, at: layout.pixdim, width: layout.realWidth)
        guard kind != .analyze else {
            // ANALYZE has other fields where NIfTI has units and transforms. Some writers made spacings negative to say that
            // an axis runs the other way; it is unknown which one.
            self.pixdim = [1] + pixdim.dropFirst().map(abs)
            let slope = bytes.real(at: layout.slope, width: layout.realWidth)
            // SPM keeps a scale factor where NIfTI has its slope; there is no intercept.
            scaling = components == 1 ? IntensityScaling(slope: slope, intercept: 0) : .identity
            (xyztUnits, qformCode, sformCode) = (SpaceUnit.millimetre.rawValue, 0, 0)
            (quaternion, qoffset, srow) = ([0, 0, 0], [0, 0, 0], [Double](repeating: 0, count: 12))
            return
        }
        self.pixdim = pixdim
        // Colours have none. Source: nifti1.h, "DATA SCALING".
        scaling = components == 1 ? try NIfTIHeader.scaling(bytes, layout, url) : .identity
        xyztUnits = bytes.integer(at: layout.xyztUnits, width: version == .one ? 1 : 4)
        qformCode = bytes.integer(at: layout.qformCode, width: layout.codeWidth)
        quaternion = bytes.reals(3, at: layout.quaternion, width: layout.realWidth)
        qoffset = bytes.reals(3, at: layout.qoffset, width: layout.realWidth)
        sformCode = bytes.integer(at: layout.sformCode, width: layout.codeWidth)
        srow = bytes.reals(12, at: layout.srow, width: layout.realWidth)
    }

    /// The size of the header stands in its first four bytes and tells the version and the byte order at once.
    private static func layout(of start: [UInt8]) -> (NIfTILayout, ByteOrder)? {
        for layout in [NIfTILayout.one, .two] {
            for order in [ByteOrder.littleEndian, .bigEndian]
            where NIfTIBytes(start, byteOrder: order).integer(at: 0, width: 4) == layout.size {
                return (layout, order)
            }
        }
        return nil
    }

    /// What a header's magic and its file's name make it.
    private enum Kind {
        case single, pair, analyze

        init(_ bytes: NIfTIBytes, _ layout: NIfTILayout, _ url: URL) throws {
            switch Array(bytes[layout.magicOffset..<layout.magicOffset + layout.singleMagic.count]) {
            case layout.singleMagic: self = .single
            case layout.pairMagic: self = .pair
            // ANALYZE 7.5 has pairs alone, and no magic.
            case _ where layout.size == NIfTILayout.one.size && NIfTIFile.isNamedAsPair(url): self = .analyze
            default:
                throw ImageFileError(
                    url, .notAnImage, "its header lacks the magic of NIfTI (an ANALYZE 7.5 header has the same size)",
                    advice: "name an ANALYZE header .hdr, with its .img beside it")
            }
        }
    }

    private static func dimensions(_ bytes: NIfTIBytes, _ layout: NIfTILayout, _ url: URL) throws -> [Int] {
        let dim = (0..<8).map { bytes.integer(at: layout.dim + $0 * layout.dimensionWidth, width: layout.dimensionWidth) }
        guard 1...7 ~= dim[0] else {
            throw ImageFileError.corrupt(url, "its header states \(dim[0]) dimensions, expected 1 to 7")
        }
        let dimensions = Array(dim[1...dim[0]])
        guard dimensions.allSatisfy({ $0 > 0 }) else {
            throw ImageFileError.corrupt(url, "its header states dimensions \(dimensions), expected sizes of at least 1")
        }
        return dimensions
    }

    private static func voxelOffset(_ bytes: NIfTIBytes, _ layout: NIfTILayout, isPair: Bool, _ url: URL) throws -> Int {
        let stated =
            layout.size == NIfTILayout.one.size
            ? Int(exactly: bytes.real(at: layout.voxelOffset, width: 4))
            : bytes.integer(at: layout.voxelOffset, width: 8)
        let first = isPair ? 0 : layout.firstVoxel
        // Writers that never fill the field in mean the earliest place.
        let offset = stated == 0 ? first : stated
        guard let offset, offset >= first else {
            throw ImageFileError.corrupt(url, "its header puts the voxels where they cannot be, expected byte \(first) or later")
        }
        return offset
    }

    private static func scaling(_ bytes: NIfTIBytes, _ layout: NIfTILayout, _ url: URL) throws -> IntensityScaling {
        let slope = bytes.real(at: layout.slope, width: layout.realWidth)
        let intercept = bytes.real(at: layout.intercept, width: layout.realWidth)
        guard intercept.isFinite || !slope.isFinite || slope == 0 else {
            throw ImageFileError.corrupt(url, "its header states the slope \(slope) with the intercept \(intercept)")
        }
        return IntensityScaling(slope: slope, intercept: intercept)
    }
}
