import CTorch

/// What libtorch or a kernel refused: the operation, the shapes it was given, and the reason on one line.
public struct TorchError: Error, CustomStringConvertible, Equatable {
    /// The type of libtorch's exception; `notLoaded` where there is no libtorch to throw one.
    public enum Kind: Sendable, Equatable {
        case runtime, index, value, type, notImplemented, outOfMemory, device, unknown, notLoaded
    }

    public let kind: Kind
    public let operation: String
    /// Shape and dtype of each tensor argument, as `[2, 3] float32`.
    public let arguments: [String]
    public let message: String

    public var description: String {
        let given = arguments.isEmpty ? "" : " of \(arguments.joined(separator: ", "))"
        let advice = kind == .outOfMemory ? "; take smaller batches, smaller planes or a narrower network" : ""
        return "\(operation)\(given): \(message)\(advice)"
    }

    /// Memory that a kernel asked for in one piece and could not have.
    public static func outOfMemory(_ operation: String, bytes: Int) -> TorchError {
        TorchError(
            kind: .outOfMemory, operation: operation, arguments: [],
            message: "\((bytes + 999_999) / 1_000_000) MB of memory could not be allocated")
    }
}

extension TorchError.Kind {
    init(_ kind: ct_error_kind) {
        self =
            switch kind {
            case CT_ERROR_RUNTIME: .runtime
            case CT_ERROR_INDEX: .index
            case CT_ERROR_VALUE: .value
            case CT_ERROR_TYPE: .type
            case CT_ERROR_NOT_IMPLEMENTED: .notImplemented
            case CT_ERROR_OUT_OF_MEMORY: .outOfMemory
            case CT_ERROR_DEVICE: .device
            default: .unknown
            }
    }
}

/// For operators, which cannot throw: shapes that do not fit there are the program's fault.
func trapping<Result>(_ body: () throws(TorchError) -> Result) -> Result {
    do {
        return try body()
    } catch {
        fatalError(error.description)
    }
}
