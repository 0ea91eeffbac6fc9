import CTorch

/// The type of a tensor's elements.
public enum DType: String, Sendable, CaseIterable, CustomStringConvertible {
    case uint8, int32, int64, float16, bfloat16, float32, float64, bool

    public var description: String { rawValue }

    /// Bytes an element takes.
    public var size: Int {
        switch self {
        case .uint8, .bool: 1
        case .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        case .uint8, .int32, .int64, .bool: false
        }
    }

    var raw: ct_dtype {
        switch self {
        case .uint8: CT_UINT8
        case .int32: CT_INT32
        case .int64: CT_INT64
        case .float16: CT_FLOAT16
        case .bfloat16: CT_BFLOAT16
        case .float32: CT_FLOAT32
        case .float64: CT_FLOAT64
        case .bool: CT_BOOL
        }
    }

    /// - Precondition: no operation of this module makes another dtype.
    init(_ raw: ct_dtype) {
        guard let known = DType.allCases.first(where: { $0.raw == raw }) else {
            preconditionFailure("libtorch made a tensor of scalar type \(raw.rawValue), which this module does not know")
        }
        self = known
    }
}

/// A Swift type with the memory layout of a dtype.
///
/// `bfloat16` and `float16` have none here: they are made by conversion and read back as `float32`.
public protocol TensorElement: BitwiseCopyable, Sendable {
    static var dtype: DType { get }
}

extension UInt8: TensorElement { public static var dtype: DType { .uint8 } }
extension Int32: TensorElement { public static var dtype: DType { .int32 } }
extension Int64: TensorElement { public static var dtype: DType { .int64 } }
extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }
