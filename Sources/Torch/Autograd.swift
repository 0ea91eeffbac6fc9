import CTorch

extension Tensor {
    /// Whether backward passes reach this tensor.
    public var requiresGradient: Bool { ct_requires_grad(raw) }

    /// Marks a leaf for differentiation.
    ///
    /// - Throws: `TorchError` for a dtype that is not floating-point or a tensor that is no leaf.
    public func setRequiresGradient(_ on: Bool = true) throws(TorchError) {
        try check("requires_grad_", [self], ct_set_requires_grad(raw, on))
    }

    /// Accumulates d self / d leaf into every leaf's `gradient`.
    ///
    /// `gradient` is what comes in from above; only a scalar may go without.
    public func backward(_ gradient: Tensor? = nil, keepingGraph: Bool = false) throws(TorchError) {
        try check("backward", [self], ct_backward(raw, gradient?.raw ?? ct_tensor(), keepingGraph))
    }

    /// What backward passes have gathered; nil before the first.
    public var gradient: Tensor? {
        var handle = ct_tensor()
        trapping { () throws(TorchError) in try check("grad", [self], ct_grad(raw, &handle)) }
        return handle.impl == nil ? nil : Tensor(owning: handle)
    }

    public func setGradient(_ gradient: Tensor?) throws(TorchError) {
        try check("set grad", [self], ct_set_grad(raw, gradient?.raw ?? ct_tensor()))
    }

    /// A scalar that autograd sees as a function of `input` whose gradient is known already.
    ///
    /// Backward multiplies `gradient` by the incoming scalar and hands it to `input`. Kernels that compute a loss and its
    /// gradient in one pass need nothing else of autograd.
    ///
    /// - Parameters:
    ///   - value: [], the function's value.
    ///   - input: any shape, in the graph.
    ///   - gradient: the shape of `input`, d value / d input.
    public static func withKnownGradient(value: Tensor, input: Tensor, gradient: Tensor) throws(TorchError) -> Tensor {
        try make("known gradient", [value, input, gradient]) { ct_attach_gradient(value.raw, input.raw, gradient.raw, $0) }
    }
}

/// Runs `body` without recording a graph.
///
/// The mode belongs to the thread, so the closure cannot be asynchronous.
public func withoutGradient<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let before = ct_grad_mode_set(false)
    defer { _ = ct_grad_mode_set(before) }
    return try body()
}

/// Runs `body` in inference mode: no graph, no version counting; tensors made within never take part in autograd.
public func withInference<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let guardObject = ct_inference_begin()
    defer { ct_inference_end(guardObject) }
    return try body()
}
