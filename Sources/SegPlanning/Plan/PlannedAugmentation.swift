import Sampling

/// nnU-Net's random changes of a batch, each with its probability.
///
/// Mirror images of left and right are left out where a class is of one side.
///
/// Source: nnU-Net, `nnUNetTrainer.get_training_transforms`.
struct PlannedAugmentation {
    let choice: Choice<Augmentation>

    /// - Parameter patch: what a network sees, planes, rows and columns or rows and columns.
    init(patch: [Int], classNames: [String]) {
        let isVolume = patch.count == 3
        let sided = classNames.firstOfOneSide
        let factor = [0.75, 1.25]
        choice = Choice(
            Augmentation(
                horizontalFlip: sided == nil ? 0.5 : 0, verticalFlip: 0.5, depthFlip: isVolume ? 0.5 : nil,
                warp: Warp(
                    rotation: .random(RandomRotation(probability: 0.2, degrees: isVolume ? 30 : 180)),
                    scale: .random(RandomFactor(probability: 0.2, factor: [0.7, 1.4]))),
                gamma: .random([
                    RandomGamma(probability: 0.1, exponent: [0.7, 1.5], inverted: true),
                    RandomGamma(probability: 0.3, exponent: [0.7, 1.5]),
                ]),
                brightness: .random(RandomFactor(probability: 0.15, factor: factor)),
                contrast: .random(RandomFactor(probability: 0.15, factor: factor)),
                blur: GaussianBlur(probability: 0.2, channels: 0.5, sigma: [0.5, 1]),
                lowResolution: LowResolution(probability: 0.25),
                noise: .random(RandomNoise(probability: 0.1, variance: [0, 0.1]))),
            sided.map { "nnU-Net's, but no mirror images of left and right, since '\($0)' is of one side" }
                ?? "nnU-Net's: mirror images along each axis, turns, scales, and changes of the intensities, each with its probability"
        )
    }
}

extension [String] {
    /// The first name of a class that has a side.
    var firstOfOneSide: String? {
        first { name in
            name.lowercased().split { !$0.isLetter }.contains { ["left", "right", "l", "r"].contains($0) }
        }
    }
}
