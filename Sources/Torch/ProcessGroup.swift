import CTorch

/// This process among several that compute together: c10d's process group over Gloo, as PyTorch has it.
///
/// All of them call `sum`, `gather`, `broadcast` and the backward passes of a `GradientReducer` in the same order; each waits there
/// for the others, for the group's timeout at most.
public final class ProcessGroup {
    /// Where the processes find each other.
    public struct Place: Sendable, Hashable {
        /// The host of the store in which they meet, and its port.
        public var host: String
        public var port: UInt16
        /// Of this process: 0 ..< `size`.
        public var rank: Int
        public var size: Int
        /// Whether this process keeps the store.
        public var serves: Bool
        /// What the names in the store begin with, so that others may use it too.
        public var prefix: String
        /// The network interface to be reached at; nil: the one that the host's own name leads to.
        public var interface: String?
        /// Seconds that one waits for another.
        public var timeout: Double

        public init(
            host: String, port: UInt16, rank: Int, size: Int, serves: Bool, prefix: String = "marginseg",
            interface: String? = nil,
            timeout: Double = 600
        ) {
            self.host = host
            self.port = port
            self.rank = rank
            self.size = size
            self.serves = serves
            self.prefix = prefix
            self.interface = interface
            self.timeout = timeout
        }
    }

    fileprivate let handle: OpaquePointer
    public let place: Place
    public var rank: Int { place.rank }
    public var size: Int { place.size }

    /// Waits for all the others.
    ///
    /// - Throws: `TorchError`: the port is in use, or somebody does not come in time.
    public init(_ place: Place) throws(TorchError) {
        try TorchLibrary.load()
        var handle: OpaquePointer?
        let error = place.host.withCString { host in
            place.prefix.withCString { prefix in
                (place.interface ?? "").withCString { interface in
                    var raw = ct_group_place(
                        host: host, port: place.port, serves: place.serves, prefix: prefix,
                        interface: place.interface == nil ? nil : interface, rank: Int32(place.rank), size: Int32(place.size),
                        timeout: place.timeout)
                    return libtorch.group_new(&raw, &handle)
                }
            }
        }
        try check("process group", error)
        self.handle = handle!  // set where there is no error
        self.place = place
    }

    deinit { libtorch.group_free(handle) }

    /// Adds up the tensors of all processes, in place: of one shape and dtype, outside of every graph.
    public func sum(_ tensor: Tensor) throws(TorchError) {
        try check("sum over processes", [tensor], libtorch.group_sum(handle, tensor.raw))
    }

    /// The tensors of all processes, which have one shape and dtype: [size] before the shape, outside of every graph.
    public func gather(_ tensor: Tensor) throws(TorchError) -> Tensor {
        try make("gather from processes", [tensor]) { libtorch.group_gather(handle, tensor.raw, $0) }
    }

    /// Overwrites the tensor of every process with that of one.
    public func broadcast(_ tensor: Tensor, from rank: Int = 0) throws(TorchError) {
        try check("broadcast to processes", [tensor], libtorch.group_broadcast(handle, tensor.raw, Int32(rank)))
    }

    /// The bytes of every process, of any number, by rank.
    public func gather(_ bytes: [UInt8]) throws(TorchError) -> [[UInt8]] {
        let counts: [Int64] = try gather(Tensor([Int64(bytes.count)])).elements()
        let longest = Int(counts.max() ?? 0)
        let padded = bytes + [UInt8](repeating: 0, count: longest - bytes.count)
        guard longest > 0 else { return counts.map { _ in [] } }
        let all: [UInt8] = try gather(Tensor(padded)).elements()
        return counts.enumerated().map { rank, count in Array(all[rank * longest..<rank * longest + Int(count)]) }
    }

    /// The bytes of one process; those of the others are not looked at.
    public func broadcast(_ bytes: [UInt8], from rank: Int = 0) throws(TorchError) -> [UInt8] {
        let isSource = self.rank == rank
        let count = try Tensor([Int64(isSource ? bytes.count : 0)])
        try broadcast(count, from: rank)
        let length = try count.itemAsInt()
        guard length > 0 else { return [] }
        let content = try isSource ? Tensor(bytes) : Tensor.zeros([length], dtype: .uint8)
        try broadcast(content, from: rank)
        return try content.elements()
    }

    /// Ends the connections to the others, who notice; notes can still be left and read.
    ///
    /// - Precondition: nothing but notes follows.
    public func disconnect() { libtorch.group_disconnect(handle) }

    /// Leaves a note for the others, who need not wait for it.
    ///
    /// - Parameter timeout: in seconds, for the store to answer.
    public func post(_ text: String, as key: String, timeout: Double) throws(TorchError) {
        let bytes = Array(text.utf8)
        try check("note to processes", libtorch.group_post(handle, key, bytes, bytes.count, timeout))
    }

    /// A note that somebody left; nil where nobody has.
    public func posted(_ key: String, timeout: Double) throws(TorchError) -> String? {
        var note = ct_tensor()
        try check("note of processes", libtorch.group_posted(handle, key, timeout, &note))
        guard note.impl != nil else { return nil }
        return String(decoding: try Tensor(owning: note).elements(as: UInt8.self), as: UTF8.self)
    }
}

/// Makes backward passes leave the mean of all processes' gradients, added up in parts while the pass goes on: the reducer behind
/// PyTorch's `DistributedDataParallel`.
public final class GradientReducer {
    private let handle: OpaquePointer
    private let group: ProcessGroup

    /// - Parameter parameters: leaves with a gradient, the same in every process.
    public init(_ parameters: [Tensor], in group: ProcessGroup) throws(TorchError) {
        var handle: OpaquePointer?
        try check(
            "gradient reducer", libtorch.reducer_new(group.handle, parameters.map(\.raw), parameters.count, &handle))
        self.handle = handle!  // set where there is no error
        self.group = group
    }

    deinit { libtorch.reducer_free(handle) }

    /// The next backward pass, of `value`, leaves means; those that nobody prepared add to a process's own gradients as ever.
    public func prepare(_ value: Tensor) throws(TorchError) {
        try check("gradient reducer", [value], libtorch.reducer_prepare(handle, value.raw))
    }
}
