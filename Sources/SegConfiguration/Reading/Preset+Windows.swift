/// Training as nnU-Net does it: windows about the classes, SGD with much momentum, cross-entropy with Dice at each resolution, and
/// strong augmentation, each change with a probability. A second stage follows, at a tenth of the learning rate.
///
/// Source: Isensee et al. 2021, nnU-Net, and its version 2.
extension Preset {
    static let volumes = Preset(
        name: "volumes", summary: "volumes in windows of 64×64×64 as nnU-Net trains them, 250 steps an epoch, 200 + 50 epochs",
        yaml: windows(
            of: "[64, 64, 64]",
            Network(
                architecture: "plain_conv_unet", dimensions: 3, features: "[32, 64, 128, 256, 320]", dropout: "[0, 0, 0, 0, 0]",
                deepSupervision: true,
                normalization: "instance"),
            batchSize: 2, flips: "horizontal_flip: 0.5, vertical_flip: 0.5, depth_flip: 0.5", degrees: 30))

    static let planes = Preset(
        name: "planes", summary: "planes in windows of 256×256 as nnU-Net trains them, 250 steps an epoch, 200 + 50 epochs",
        yaml: windows(
            of: "[256, 256]",
            Network(
                architecture: "plain_conv_unet", features: "[32, 64, 128, 256, 512, 512]", dropout: "[0, 0, 0, 0, 0, 0]",
                deepSupervision: true,
                normalization: "instance"),
            batchSize: 12, flips: "horizontal_flip: 0.5, vertical_flip: 0.5", degrees: 180))

    private static func windows(
        of size: String, _ network: Network, batchSize: Int, flips: String, degrees: Int
    ) -> String {
        let factor = "{probability: 0.15, factor: [0.75, 1.25]}"
        let optimizer = "optimizer: sgd, momentum: 0.99, weight_decay: 3.0e-5, clip_norm: 12"
        return yaml(
            normalization: "z_score", fit: "{crop: \(size), foreground: 0.33, about: class}", network: network,
            batchSize: batchSize, stepsPerEpoch: 250,
            augmentation: Augmentation(
                flips: flips,
                warp: "{probability: 1, rotation: {probability: 0.2, degrees: \(degrees)}, "
                    + "scale: {probability: 0.2, factor: [0.7, 1.4]}, elastic: 0, smoothness: 32}",
                gamma: "[{probability: 0.1, exponent: [0.7, 1.5], inverted: true}, {probability: 0.3, exponent: [0.7, 1.5]}]",
                brightness: factor, contrast: factor, blur: "{probability: 0.2, channels: 0.5, sigma: [0.5, 1]}",
                lowResolution: "{probability: 0.25, channels: 0.5, zoom: [0.5, 1]}",
                noise: "{probability: 0.1, variance: [0, 0.1]}"),
            selectBy: "miou_foreground", pretraining: "cross_entropy + dice(background=false)",
            finetuning: ("finetuning", finetuning),
            stages: ("epochs: 200, learning_rate: 1.0e-2, \(optimizer)", "epochs: 50, learning_rate: 1.0e-3, \(optimizer)"))
    }
}
