import CTorch

/// How often the host waits for a device, or would if its tensors were not on the CPU, where the same calls are made.
public struct Transfers: Sendable, Hashable {
    /// Numbers that are asked for, copies that block, and operations whose result has a size that only the device knows.
    public let waits: Int
    /// Tensors that are made of numbers of the host, other than by `Tensor(uploading:shape:to:)`.
    public let uploads: Int

    public init(waits: Int, uploads: Int) {
        self.waits = waits
        self.uploads = uploads
    }

    /// Counts what this thread does meanwhile, within libtorch's own operations and backward passes too.
    ///
    /// - Throws: what `body` throws; `TorchError` where this thread counts already.
    public static func counted(_ body: () throws -> Void) throws -> Transfers {
        try TorchLibrary.load()
        try check("count of transfers", libtorch.transfers_begin())
        do {
            try body()
        } catch {
            _ = libtorch.transfers_end()
            throw error
        }
        let counts = libtorch.transfers_end()
        return Transfers(waits: Int(counts.waits), uploads: Int(counts.uploads))
    }
}
