import Foundation

/// The learning rate as a function of the step, in [0, total).
public enum LearningRateSchedule: Sendable, Hashable {
    case constant
    /// lr·(1 − step/total)^power: the paper's, with power 0.9.
    case poly(power: Double)
    /// lr·(1 + cos(π·step/total))/2 (Loshchilov & Hutter 2017).
    case cosine

    /// - Precondition: 0 ≤ step < total.
    public func rate(_ initial: Double, step: Int, total: Int) -> Double {
        precondition((0..<total).contains(step), "step \(step) lies outside 0..<\(total)")
        let progress = Double(step) / Double(total)
        return switch self {
        case .constant: initial
        case .poly(let power): initial * pow(1 - progress, power)
        case .cosine: initial * (1 + cos(.pi * progress)) / 2
        }
    }
}
