import CTorch
import Foundation

/// The library behind the tensors: its version and the settings that belong to the process.
public enum TorchLibrary {
    /// libtorch's version, such as `2.13.0`. Asking for it loads nothing.
    public static var version: String { String(cString: ct_version()) }

    /// Loads libtorch, unless that has been done. The first tensor loads it too, so calling this is optional.
    ///
    /// - Throws: `TorchError` of kind `.notLoaded` that says what is missing where.
    public static func load() throws(TorchError) { _ = try loaded.get() }

    /// A program that contains `TorchBinding` has libtorch from its start. Others, such as `marginseg`, load both here, so
    /// that what needs no tensor answers at once.
    static let loaded: Result<ct_functions, TorchError> = {
        var problem = [CChar](repeating: 0, count: 1024)
        if let table = ct_load(&problem, problem.count) { return .success(table.pointee) }
        let reason = problem.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return .failure(
            TorchError(
                kind: .notLoaded, operation: "libtorch", arguments: [],
                message: """
                    cannot be loaded by \(Bundle.main.executablePath ?? "this program"): \
                    \(String(decoding: reason, as: UTF8.self)); build with `make build`, or install again with `make install`
                    """))
    }()

    /// Threads that one operation may use on the CPU.
    public static var threadCount: Int { Int(libtorch.get_threads()) }

    public static func setThreadCount(_ count: Int) throws(TorchError) {
        try load()
        try check("threads", libtorch.set_threads(Int32(count)))
    }

    /// The widest instruction set that libtorch's kernels use on this processor, such as `AVX512`.
    public static var instructionSet: String { String(cString: libtorch.cpu_capability()) }

    /// Whether operations without a deterministic form are refused.
    public static var isDeterministic: Bool {
        get { libtorch.get_deterministic() }
        set { libtorch.set_deterministic(newValue) }
    }

    /// Lets CUDA devices multiply float32 with 10 bits of mantissa (TF32), some times faster, or holds them to all 23.
    public static func setTF32(_ isAllowed: Bool) throws(TorchError) {
        try load()
        try check("TF32", libtorch.set_tf32(isAllowed))
    }

    /// Keeps freed memory in the process. The default allocator gives large blocks back to the system at once, and the
    /// page faults of taking them again cost over half of a training step on large images.
    public static func keepFreedMemory() { ct_keep_freed_memory() }
}

/// libtorch's functions.
///
/// Without libtorch this traps with the reason; what makes a first tensor, generator or setting loads it beforehand and
/// throws.
let libtorch: ct_functions = trapping { () throws(TorchError) in try TorchLibrary.loaded.get() }

/// Throws the error that a C call returned, if any, and frees it.
///
/// - Parameter arguments: only written out when there is an error, so that the usual path costs nothing.
func check(
    _ operation: String, _ error: OpaquePointer?, arguments: @autoclosure () -> [String] = []
) throws(TorchError) {
    guard let error else { return }
    defer { libtorch.error_free(error) }
    let lines = String(cString: libtorch.error_get_message(error)).split(whereSeparator: \.isNewline)
    throw TorchError(
        kind: TorchError.Kind(libtorch.error_get_kind(error)), operation: operation, arguments: arguments(),
        message: lines.map { $0.trimmingPrefix { $0 == " " } }.joined(separator: " "))
}
