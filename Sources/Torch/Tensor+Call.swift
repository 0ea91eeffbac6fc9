import CTorch

/// Throws the error that a C call on these tensors returned, if any, with their shapes.
func check(_ operation: String, _ tensors: [Tensor], _ error: OpaquePointer?) throws(TorchError) {
    try check(operation, error, arguments: tensors.map { "\($0.shape) \($0.dtype)" })
}

/// Runs a C call that makes one tensor.
func make(
    _ operation: String, _ tensors: [Tensor] = [], _ call: (UnsafeMutablePointer<ct_tensor>) -> OpaquePointer?
) throws(TorchError) -> Tensor {
    try TorchLibrary.load()
    var handle = ct_tensor()
    try check(operation, tensors, call(&handle))
    return Tensor(owning: handle)
}
