import Torch

/// What a loss is multiplied by before its backward pass, so that small gradients do not vanish in float16; it adapts as PyTorch's
/// `GradScaler` does, on the device (Micikevicius et al. 2018).
///
/// After a step whose gradients overflowed it is halved, after 2000 steps in a row without one it is doubled.
public final class LossScale {
    /// [], float32
    public let value: Tensor
    /// [], int32
    private let stepsSince: Tensor

    public static let interval = 2000
    /// Below this it is not the scale that makes gradients overflow.
    public static let least = 1.0

    public init(device: Device = .cpu) throws {
        value = try .scalar(65536, device: device)
        stepsSince = try .scalar(0, dtype: .int32, device: device)
    }

    /// - Parameter overflowed: [], float32, 1 where the gradients of the step were not finite.
    func update(overflowed: Tensor) throws {
        try FusedSteps.updateLossScale(value, stepsSince: stepsSince, overflowed: overflowed, interval: Self.interval)
    }

    /// What goes on with a training, by name, sharing memory with this.
    public func state() -> [String: Tensor] { ["scale": value, "steps_since": stepsSince] }

    public func load(_ state: [String: Tensor]) throws {
        for (name, tensor) in self.state() {
            if let stored = state[name] { try tensor.copyInPlace(from: stored) }
        }
    }
}
