import Foundation

extension NIfTIHeader {
    /// The number type of a NIfTI `datatype` code, and how many such numbers a voxel has.
    ///
    /// - Throws: `ImageFileError` for types that are no real numbers of up to 64 bits, and for unknown codes.
    static func voxelType(code: Int, _ url: URL) throws -> (type: VoxelType, components: Int) {
        if let type = datatypes.first(where: { $0.value == code })?.key { return (type, 1) }
        if let components = colors[code] { return (.uint8, components) }
        if let (name, advice) = refusedTypes[code] {
            throw ImageFileError(url, .unsupported, "its voxels are \(name)", advice: advice)
        }
        throw ImageFileError.corrupt(url, "its header states the unknown datatype \(code)")
    }

    /// The NIfTI `datatype` codes.
    static let datatypes: [VoxelType: Int] = [
        .uint8: 2, .int16: 4, .int32: 8, .float32: 16, .float64: 64, .int8: 256, .uint16: 512, .uint32: 768, .int64: 1024,
        .uint64: 1280,
    ]

    /// RGB24 and RGBA32: bytes side by side.
    private static let colors = [128: 3, 2304: 4]

    private static let magnitude = "save the magnitude as float32 (in nibabel: numpy.abs of the data)"

    private static let refusedTypes: [Int: (name: String, advice: String)] = [
        1: ("single bits", "save them as uint8"),
        32: ("complex numbers (complex64)", magnitude),
        1536: ("of 128 bits (float128)", "save them as float64"),
        1792: ("complex numbers (complex128)", magnitude),
        2048: ("complex numbers (complex256)", magnitude),
    ]
}
