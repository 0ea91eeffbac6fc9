import MarginCalibration
import SegLosses
import SegModels
import Torch
import TorchNN

/// Trains a network on batches of images and labels; returns the loss of each step.
func train(_ batches: [(images: Tensor, labels: Tensor)], pixelsOfEachClass: [Int]) throws -> [Double] {
    let distribution = try LabelDistribution(counts: pixelsOfEachClass)
    let objective = try LossExpression("margin(tau=10, nu=1) + 0.5*tversky(fp=0.3, fn=0.7)")
    let loss = try objective.makeLoss(
        LossContext(classNames: ["background", "lesion"], distribution: distribution, ignoreLabel: 255))
    let network = try CopleNet(channels: 1, classes: 2, NetworkConfiguration(), Generator(seed: 1))
    let optimizer = try AdamW(network.parameters, weightDecay: 5e-4)
    let dropout = try Generator(seed: 2)
    return try batches.enumerated().map { step, batch in
        try optimizer.clearGradients()
        let value = try loss(logits: network(batch.images, .training(dropout)), labels: batch.labels)
        try value.backward()
        let schedule = LearningRateSchedule.poly(power: 0.9)
        try optimizer.step(learningRate: schedule.rate(1e-3, step: step, total: batches.count))
        return try value.item()
    }
}
