import CTorch

/// Runs `body` in mixed precision: convolutions and matrix products on `device` take and give `dtype`, what needs the width
/// stays in float32.
///
/// Backward passes follow the forward's types and need not happen within. The mode belongs to the thread, so the closure
/// cannot be asynchronous.
public func withAutocast<Result, Failure: Error>(
    _ dtype: DType, on device: Device, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let guardObject = libtorch.autocast_begin(device.raw, dtype.raw)
    defer { libtorch.autocast_end(guardObject) }
    return try body()
}
