import Foundation

extension NIfTIHeader {
    /// The number type of a NIfTI `datatype` code.
    ///
    /// - Throws: `ImageFileError` for types that hold no real numbers one by one, and for unknown codes.
    static func voxelType(code: Int, _ url: URL) throws -> VoxelType {
        if let type = VoxelType.allCases.first(where: { datatype(of: $0) == code }) { return type }
        if let name = refusedTypes[code] {
            throw ImageFileError(
                url, .unsupported, "its voxels are \(name)",
                advice: "convert them to one of \(VoxelType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        throw ImageFileError.corrupt(url, "its header states the unknown datatype \(code)")
    }

    /// The NIfTI `datatype` code of a number type.
    static func datatype(of type: VoxelType) -> Int {
        switch type {
        case .uint8: 2
        case .int16: 4
        case .int32: 8
        case .float32: 16
        case .float64: 64
        case .int8: 256
        case .uint16: 512
        case .uint32: 768
        case .int64: 1024
        case .uint64: 1280
        }
    }

    private static let refusedTypes = [
        1: "single bits", 32: "complex64", 128: "RGB24", 1536: "float128", 1792: "complex128", 2048: "complex256", 2304: "RGBA32",
    ]
}
