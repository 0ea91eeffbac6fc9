import CTorch

/// Work that a CUDA device recorded once and repeats at one call: a CUDA graph.
///
/// Kernels, copies within the device and draws of random numbers are repeated at the addresses that they had; what the host computed is
/// as it was. So inputs are written to where the work read them, and results are where it left them.
public final class DeviceGraph {
    private let handle: OpaquePointer

    private init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { libtorch.graph_free(handle) }

    /// Records `work`, which is not done.
    ///
    /// The same work has to have been done before, so that libraries have what they take once. Nothing in it may wait for the device.
    ///
    /// - Parameter generators: those that the work draws from; each time it is repeated they go on.
    /// - Throws: what `work` throws; `TorchError` where it cannot be recorded, of kind `.device` where the device failed, which may then
    ///   be good for nothing.
    public static func recorded(
        on device: Device, drawing generators: [Generator], _ work: () throws -> Void
    ) throws -> DeviceGraph {
        var handle: OpaquePointer?
        try check("graph", libtorch.graph_begin(device.raw, generators.map(\.handle), generators.count, &handle))
        let graph = DeviceGraph(handle!)  // set where there is no error
        try work()
        try check("graph", libtorch.graph_end(graph.handle))
        return graph
    }

    /// Has the device do the work again, behind what it was given before.
    public func replay() throws(TorchError) { try check("graph", libtorch.graph_replay(handle)) }
}
