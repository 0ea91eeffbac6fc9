import CTorch

extension Tensor {
    /// Whether backward passes reach this tensor.
    public var requiresGradient: Bool { libtorch.requires_grad(raw) }

    /// Marks a leaf for differentiation.
    ///
    /// - Throws: `TorchError` for a dtype that is not floating-point or a tensor that is no leaf.
    public func setRequiresGradient(_ on: Bool = true) throws(TorchError) {
        try check("requires_grad_", [self], libtorch.set_requires_grad(raw, on))
    }

    /// Accumulates d self / d leaf into every leaf's `gradient`.
    ///
    /// `gradient` is what comes in from above; only a scalar may go without.
    public func backward(_ gradient: Tensor? = nil, keepingGraph: Bool = false) throws(TorchError) {
        try check("backward", [self], libtorch.backward(raw, gradient?.raw ?? ct_tensor(), keepingGraph))
    }

    /// What backward passes have gathered; nil before the first.
    public var gradient: Tensor? {
        var handle = ct_tensor()
        trapping { () throws(TorchError) in try check("grad", [self], libtorch.grad(raw, &handle)) }
        return handle.impl == nil ? nil : Tensor(owning: handle)
    }

    public func setGradient(_ gradient: Tensor?) throws(TorchError) {
        try check("set grad", [self], libtorch.set_grad(raw, gradient?.raw ?? ct_tensor()))
    }

    /// A scalar that autograd sees as a function of `input` whose gradient is known already.
    ///
    /// Backward multiplies `gradient` by the incoming scalar and hands it to `input`. Kernels that compute a loss and its
    /// gradient in one pass need nothing else of autograd.
    ///
    /// - Parameters:
    ///   - value: [], the function's value.
    ///   - input: any shape, in the graph.
    ///   - gradient: the shape of `input`, d value / d input. It is autograd's from here on: a pass that keeps no graph multiplies it where
    ///     it lies.
    public static func withKnownGradient(value: Tensor, input: Tensor, gradient: Tensor) throws(TorchError) -> Tensor {
        try make("known gradient", [value, input, gradient]) { libtorch.attach_gradient(value.raw, input.raw, gradient.raw, $0) }
    }
}

extension Tensor {
    /// This value as autograd sees it: a function of `inputs` whose gradients `pass` makes from the incoming one.
    ///
    /// The closure keeps what backward needs, and is let go as soon as a graph that is not kept has been walked. It runs
    /// without recording; an error it throws comes out of `backward` as a `TorchError` with its description, of kind `outOfMemory` where it is one.
    ///
    /// - Parameters:
    ///   - inputs: tensors in the graph, or constants, which the gradients made for them do not reach.
    ///   - pass: d loss / d self → d loss / d input for each input; nil stands for none.
    /// - Returns: itself where nothing is recorded or no input is in the graph.
    public func withBackward(
        inputs: [Tensor], _ pass: @escaping (_ incoming: Tensor) throws -> [Tensor?]
    ) throws(TorchError) -> Tensor {
        guard isRecordingGradient, inputs.contains(where: \.requiresGradient) else { return self }
        let context = BackwardPass(inputCount: inputs.count, pass)
        return try make("custom function", [self]) { out in
            libtorch.attach_backward(
                raw, inputs.map(\.raw), inputs.count,
                ct_backward_pass(
                    context: Unmanaged.passRetained(context).toOpaque(),
                    run: { context, incoming, gradients in
                        // Both are what `ct_attach_backward` was given and promises.
                        Unmanaged<BackwardPass>.fromOpaque(context!).takeUnretainedValue().run(incoming, gradients)
                    },
                    release: { context in Unmanaged<BackwardPass>.fromOpaque(context!).release() }), out)
        }
    }
}

/// A closure on its way through C.
private final class BackwardPass {
    let inputCount: Int
    let pass: (Tensor) throws -> [Tensor?]

    init(inputCount: Int, _ pass: @escaping (Tensor) throws -> [Tensor?]) {
        self.inputCount = inputCount
        self.pass = pass
    }

    func run(_ incoming: ct_tensor, _ made: UnsafeMutablePointer<ct_tensor>) -> OpaquePointer? {
        do {
            let gradients = try pass(Tensor(owning: incoming))
            precondition(gradients.count == inputCount, "\(gradients.count) gradients for \(inputCount) inputs")
            for (index, gradient) in gradients.enumerated() {
                guard let gradient else { continue }
                try check("gradient", [gradient], libtorch.tensor_alias(gradient.raw, made + index))
            }
            return nil
        } catch {
            guard let error = error as? TorchError, error.kind == .outOfMemory else {
                return libtorch.error_new(CT_ERROR_RUNTIME, "\(error)")
            }
            // Whoever called `backward` adds the advice.
            return libtorch.error_new(CT_ERROR_OUT_OF_MEMORY, "\(error.operation): \(error.message)")
        }
    }
}

/// Runs `body` without recording a graph.
///
/// The mode belongs to the thread, so the closure cannot be asynchronous.
public func withoutGradient<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let before = libtorch.grad_mode_set(false)
    defer { _ = libtorch.grad_mode_set(before) }
    return try body()
}

/// Runs `body` in inference mode: no graph, no version counting; tensors made within never take part in autograd.
public func withInference<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try withInferenceMode(true, body)
}

/// Runs `body` outside of inference mode, wherever it is called: what is made within may take part in autograd later.
public func withoutInference<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try withInferenceMode(false, body)
}

private func withInferenceMode<Result, Failure: Error>(
    _ isOn: Bool, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let guardObject = libtorch.inference_begin(isOn)
    defer { libtorch.inference_end(guardObject) }
    return try body()
}
