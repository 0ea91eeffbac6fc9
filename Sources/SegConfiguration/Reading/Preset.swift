/// A complete configuration under a name, that a file or the command line completes.
public struct Preset: Sendable {
    public let name: String
    public let summary: String
    let yaml: String

    public static let all = [quick, paperCT, paperInstruments]

    /// - Parameter place: where the name was written.
    /// - Throws: `ConfigurationError` that lists the known names.
    static func named(_ name: String, at place: String) throws -> Preset {
        guard let preset = all.first(where: { $0.name == name }) else {
            let known = all.map(\.name).joined(separator: ", ")
            throw ConfigurationError(["preset"], "there is no preset '\(name)'; known: \(known)", at: place)
        }
        return preset
    }

    /// Samples as they are, with every key.
    private static let unchanged =
        "{horizontal_flip: 0, vertical_flip: 0, warp: {probability: 0, rotation: 0, scale: 0, elastic: 0, smoothness: 32}, "
        + "color_jitter: {brightness: 0, contrast: 0, saturation: 0, hue: 0}, gamma: 0, brightness: 0, contrast: 0, "
        + "blur: {probability: 0, sigma: [0, 0]}, noise: 0}"

    static let quick = Preset(
        name: "quick", summary: "a useful model in minutes: 96×96 planes, half width, 10 + 10 epochs",
        yaml: """
            data:
              images: []
              labels: []
              split: own
              label_grid: own
              classes: [{name: background, values: [0]}, {name: foreground, values: [1]}]
              ignored_values: []
            input:
              normalization: z_score
              fit: {resize: [96, 96]}
              plane: axial
            network:
              architecture: coplenet
              features: [8, 16, 32, 64, 128]
              dropout: [0, 0, 0.1, 0.2, 0.3]
              normalization: group
              execution: fused
            training:
              seed: 1
              batch_size: 8
              accumulate: 1
              precision: float32
              memory_format: channels_first
              weight_average: 0
              planes: all
              augmentation: \(unchanged)
              select_by: miou_foreground
              save_minutes: 10
              watch: {pictures: 3, epochs: 20, side: 192, megabytes: 32}
              stages:
                - {name: pretraining, objective: cross_entropy, epochs: 10, learning_rate: 1.0e-3}
                - {name: margin, objective: "margin(form=paper,tau=10,nu=1)", epochs: 10, learning_rate: 5.0e-4}
            """)

    /// The paper's first task: slices of 224×336 in a lung window, slices without lesion left out of training.
    private static let paperCT = Preset(
        name: "paper-ct", summary: "the paper's CT protocol: 224×336, 50 + 50 epochs, AdamW 1e-4",
        yaml: """
            data:
              images: []
              labels: []
              split: own
              label_grid: own
              classes: [{name: background, values: [0]}, {name: lesion, values: [1]}]
              ignored_values: []
            input:
              normalization: {window: [-1400, 100]}
              fit: {resize: [224, 336]}
              plane: axial
            network:
              architecture: coplenet
              features: [16, 32, 64, 128, 256]
              dropout: [0, 0, 0.3, 0.4, 0.5]
              normalization: group
              execution: fused
            training:
              seed: 1
              batch_size: 6
              accumulate: 1
              precision: float32
              memory_format: channels_first
              weight_average: 0
              planes: foreground_only
              augmentation: \(unchanged)
              select_by: miou_all
              save_minutes: 10
              watch: {pictures: 3, epochs: 20, side: 192, megabytes: 32}
              stages:
                - {name: pretraining, objective: cross_entropy, epochs: 50}
                - {name: margin, objective: "margin(form=paper,tau=10,nu=1)", epochs: 50}
            """)

    private static let paperInstruments = Preset(
        name: "paper-instruments", summary: "the paper's instrument protocol: 768×768 RGB, 50 + 50 epochs, AdamW 1e-4",
        yaml: """
            data:
              images: []
              labels: []
              split: own
              label_grid: own
              classes:
                - {name: background, values: [0]}
                - {name: shaft, values: [1]}
                - {name: wrist, values: [2]}
                - {name: claspers, values: [3]}
                - {name: probe, values: [4]}
              ignored_values: []
            input:
              normalization: imagenet
              fit: {resize: [768, 768], by: bicubic}
              plane: axial
            network:
              architecture: coplenet
              features: [16, 32, 64, 128, 256]
              dropout: [0, 0, 0.3, 0.4, 0.5]
              normalization: group
              execution: fused
            training:
              seed: 1
              batch_size: 6
              accumulate: 1
              precision: float32
              memory_format: channels_first
              weight_average: 0
              planes: all
              augmentation:
                horizontal_flip: 0.5
                vertical_flip: 0
                warp: {probability: 0, rotation: 0, scale: 0, elastic: 0, smoothness: 32}
                color_jitter: {brightness: 0.25, contrast: 0.25, saturation: 0.25, hue: 0.25}
                gamma: 0
                brightness: 0
                contrast: 0
                blur: {probability: 1, sigma: [0.15, 1.3]}
                noise: 0
              select_by: miou_all
              save_minutes: 10
              watch: {pictures: 3, epochs: 20, side: 192, megabytes: 32}
              stages:
                - {name: pretraining, objective: cross_entropy, epochs: 50}
                - {name: margin, objective: "margin(form=paper,tau=10,nu=1)", epochs: 50}
            """)
}
