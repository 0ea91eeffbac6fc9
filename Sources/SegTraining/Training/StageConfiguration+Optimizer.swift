import SegConfiguration
import Torch
import TorchNN

extension StageConfiguration {
    /// A fresh optimiser of the parameters.
    func makeOptimizer(_ parameters: [Tensor]) throws -> any Optimizer {
        switch optimizer {
        case .adamw: try AdamW(parameters, weightDecay: weightDecay)
        case .sgd: try SGD(parameters, momentum: 0.9, weightDecay: weightDecay, nesterov: true)
        }
    }
}
