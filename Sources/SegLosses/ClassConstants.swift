import Synchronization
import Torch

/// Numbers of classes as tensors, made once for each device: a copy from the host in every step would make a GPU wait.
enum ClassConstants {
    private struct Key: Hashable {
        let values: [Double]
        let dtype: DType
        let device: Device
    }

    /// Never written to after they are made, so that threads may share them.
    private struct Constant: @unchecked Sendable {
        let tensor: Tensor
    }

    private static let made = Mutex<[Key: Constant]>([:])
    /// Weights that follow the labels of each batch are new in every step.
    private static let most = 256

    /// [C]; outside of every graph.
    static func tensor(_ values: [Double], dtype: DType, device: Device) throws -> Tensor {
        let key = Key(values: values, dtype: dtype, device: device)
        if let constant = made.withLock({ $0[key] }) { return constant.tensor }
        // Validation may ask first.
        let constant = Constant(tensor: try withoutInference { try Tensor(values).to(dtype, device: device) })
        made.withLock { constants in
            if constants.count >= most { constants.removeAll() }
            constants[key] = constant
        }
        return constant.tensor
    }
}
