import Torch

/// A running average of a module's parameters, kept in a second module of the same kind: a ← d·a + (1 − d)·w.
///
/// d is min(decay, (1 + n)/(10 + n)) after n steps, so that the starting weights are soon forgotten (TensorFlow's
/// `ExponentialMovingAverage`). Buffers are copied, since running statistics are averages already.
public struct WeightAverage {
    /// Holds the average.
    public let averaged: any Layer
    let module: any Layer
    let decay: Double

    /// - Precondition: both modules have the same parameters and buffers; 0 < decay < 1.
    public init(of module: any Layer, into averaged: any Layer, decay: Double) {
        precondition(decay > 0 && decay < 1, "a decay lies between 0 and 1, found \(decay)")
        precondition(averaged.namedState().map(\.name) == module.namedState().map(\.name), "modules of one kind")
        self.module = module
        self.averaged = averaged
        self.decay = decay
    }

    /// Begins anew at the module's weights.
    public func reset() throws { try averaged.load(module.state()) }

    /// Takes in the weights after a step.
    ///
    /// - Parameter step: steps done since `reset`, from 1.
    public func update(step: Int) throws {
        let decay = min(self.decay, Double(1 + step) / Double(10 + step))
        try withoutGradient {
            for (average, current) in zip(averaged.namedState(), module.namedState()) {
                guard average.isParameter else {
                    try average.tensor.copyInPlace(from: current.tensor)
                    continue
                }
                try average.tensor.multiplyInPlace(by: decay)
                try average.tensor.addInPlace(current.tensor, scale: 1 - decay)
            }
        }
    }
}
