import CTorch

/// A source of random numbers with a state that can be stored; every random operation takes one.
public final class Generator {
    let handle: ct_generator
    public let device: Device

    public init(seed: UInt64, device: Device = .cpu) throws(TorchError) {
        try TorchLibrary.load()
        var handle = ct_generator()
        try check("generator", libtorch.generator_new(device.raw, seed, &handle))
        self.handle = handle
        self.device = device
    }

    deinit { libtorch.generator_free(handle) }

    /// The whole state, uint8 [N].
    public func state() throws(TorchError) -> Tensor {
        try make("generator state") { libtorch.generator_get_state(handle, $0) }
    }

    public func restore(_ state: Tensor) throws(TorchError) {
        try check("generator state", [state], libtorch.generator_set_state(handle, state.raw))
    }

    /// 32 random bits, as a seed for a generator that is not libtorch's.
    public func bits() throws(TorchError) -> UInt32 {
        let number = try Tensor.empty([1], dtype: .float64, device: device)
        try number.uniformInPlace(0, 0x1p32, self)
        return try UInt32(number.item())
    }

    /// 0 … count − 1 in random order, int64 [count].
    public func permutation(_ count: Int) throws(TorchError) -> Tensor {
        try make("randperm") { libtorch.random_permutation(Int64(count), handle, $0) }
    }
}
