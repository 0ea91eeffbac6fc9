import CTorch

/// Where a tensor lives.
public enum Device: Sendable, Hashable, CustomStringConvertible {
    case cpu
    case cuda(Int = 0)
    case mps

    /// Reads `cpu`, `cuda`, `cuda:1` or `mps`.
    ///
    /// - Throws: `TorchError` of kind `.value` for another name.
    public init(named name: String) throws(TorchError) {
        switch name {
        case "cpu": self = .cpu
        case "cuda": self = .cuda(0)
        case "mps": self = .mps
        default:
            // libtorch numbers devices in a signed byte.
            guard name.hasPrefix("cuda:"), let index = Int8(name.dropFirst(5)), index >= 0 else {
                throw TorchError(
                    kind: .value, operation: "device", arguments: [],
                    message: "'\(name)' is no device; use cpu, cuda, cuda:N or mps")
            }
            self = .cuda(Int(index))
        }
    }

    /// Makes sure that tensors can live here, and loads what that needs.
    ///
    /// CUDA is loaded by this call, not at the start of the process; call it before the first tensor is made.
    ///
    /// - Throws: `TorchError` of kind `.device`, or `.notLoaded`, that says what is missing.
    public func prepare() throws(TorchError) {
        try TorchLibrary.load()
        do {
            try check("device", libtorch.device_prepare(raw))
        } catch {
            throw TorchError(
                kind: .device, operation: "device \(self)", arguments: [],
                message: "not available here: \(error.message); use --device cpu")
        }
    }

    /// Memory that is not taken, by this program or another; nil where the device does not tell.
    public var freeBytes: Int? {
        var bytes: Int64 = 0
        guard self != .cpu, (try? check("memory", libtorch.device_free_bytes(raw, &bytes))) != nil else { return nil }
        return Int(bytes)
    }

    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        case .mps: "mps"
        }
    }

    var raw: ct_device {
        switch self {
        case .cpu: ct_device(type: CT_CPU, index: 0)
        case .cuda(let index): ct_device(type: CT_CUDA, index: Int32(index))
        case .mps: ct_device(type: CT_MPS, index: 0)
        }
    }

    init(_ raw: ct_device) {
        self =
            switch raw.type {
            case CT_CUDA: .cuda(Int(raw.index))
            case CT_MPS: .mps
            default: .cpu
            }
    }
}
