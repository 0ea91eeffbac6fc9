/// A complete configuration under a name, that a file or the command line completes.
public struct Preset: Sendable {
    public let name: String
    public let summary: String
    let yaml: String

    public static let all = [quick, paperCT, paperInstruments, volumes, planes]

    /// - Parameter place: where the name was written.
    /// - Throws: `ConfigurationError` that lists the known names.
    static func named(_ name: String, at place: String) throws -> Preset {
        guard let preset = all.first(where: { $0.name == name }) else {
            let known = all.map(\.name).joined(separator: ", ")
            throw ConfigurationError(["preset"], "there is no preset '\(name)'; known: \(known)", at: place)
        }
        return preset
    }

    static let quick = Preset(
        name: "quick", summary: "a useful model in minutes: 96×96 planes, half width, 10 + 10 epochs",
        yaml: yaml(
            normalization: "z_score", fit: "{resize: [96, 96]}",
            network: Network(features: "[8, 16, 32, 64, 128]", dropout: "[0, 0, 0.1, 0.2, 0.3]"), batchSize: 8,
            selectBy: "miou_foreground", finetuning: ("finetuning", finetuning),
            stages: ("epochs: 10, learning_rate: 1.0e-3", "epochs: 10, learning_rate: 5.0e-4")))

    /// The paper's first task: slices of 224×336 in a lung window, slices without lesion left out of training.
    private static let paperCT = Preset(
        name: "paper-ct", summary: "the paper's CT protocol: 224×336, 50 + 50 epochs, AdamW 1e-4",
        yaml: yaml(
            classes: "[{name: background, values: [0]}, {name: lesion, values: [1]}]", normalization: "{window: [-1400, 100]}",
            fit: "{resize: [224, 336]}", planes: "foreground_only"))

    private static let paperInstruments = Preset(
        name: "paper-instruments", summary: "the paper's instrument protocol: 768×768 RGB, 50 + 50 epochs, AdamW 1e-4",
        yaml: yaml(
            classes: "[{name: background, values: [0]}, {name: shaft, values: [1]}, {name: wrist, values: [2]}, "
                + "{name: claspers, values: [3]}, {name: probe, values: [4]}]",
            normalization: "imagenet", fit: "{resize: [768, 768], by: bicubic}",
            augmentation: Augmentation(
                flips: "horizontal_flip: 0.5, vertical_flip: 0", jitter: 0.25, blur: "{probability: 1, sigma: [0.15, 1.3]}")))

    /// What a stage after pre-training minimises where nothing else is asked for: cross-entropy with Lovász-softmax over the batch, which
    /// of the thirteen in docs/RESULTS.md ("Which objective?") was above continued cross-entropy most often, and none was above it.
    public static let finetuning = "cross_entropy + lovasz(per_image=false)"

    /// Every key; the defaults are the paper's, with samples as they are.
    static func yaml(
        classes: String = "[{name: background, values: [0]}, {name: foreground, values: [1]}]", normalization: String,
        fit: String, network: Network = Network(), batchSize: Int = 6, stepsPerEpoch: Int? = nil, planes: String = "all",
        augmentation: Augmentation = Augmentation(), selectBy: String = "miou_all", pretraining: String = "cross_entropy",
        finetuning: (name: String, objective: String) = ("margin", "margin(form=paper,tau=10,nu=1)"),
        stages: (String, String) = ("epochs: 50", "epochs: 50")
    ) -> String {
        """
        data:
          images: []
          labels: []
          split: own
          label_grid: own
          classes: \(classes)
          ignored_values: []
        input:
          normalization: \(normalization)
          fit: \(fit)
          plane: axial
        network:
          architecture: \(network.architecture)
          dimensions: \(network.dimensions)
          features: \(network.features)
          dropout: \(network.dropout)
          deep_supervision: \(network.deepSupervision)
          normalization: \(network.normalization)
          execution: fused
        training:
          seed: 1
          batch_size: \(batchSize)
          accumulate: 1
          steps_per_epoch: \(stepsPerEpoch.map(String.init) ?? "null")
          precision: float32
          memory_format: auto
          step_graph: auto
          deterministic: false
          weight_average: 0
          planes: \(planes)
          augmentation: \(augmentation.yaml)
          select_by: \(selectBy)
          save_minutes: 10
          watch: {pictures: 3, epochs: 20, side: 192, megabytes: 32}
          stages:
            - {name: pretraining, objective: "\(pretraining)", \(stages.0)}
            - {name: \(finetuning.name), objective: "\(finetuning.objective)", \(stages.1)}
        """
    }

    /// What a preset says of the network.
    struct Network {
        var architecture = "coplenet"
        var dimensions = 2
        var features = "[16, 32, 64, 128, 256]"
        var dropout = "[0, 0, 0.3, 0.4, 0.5]"
        var deepSupervision = false
        var normalization = "group"
    }

    /// What a preset says of random changes.
    struct Augmentation {
        var flips = "horizontal_flip: 0, vertical_flip: 0"
        var warp = "{probability: 0, rotation: 0, scale: 0, elastic: 0, smoothness: 32}"
        var jitter = 0.0
        var gamma = "0"
        var brightness = "0"
        var contrast = "0"
        var blur = "{probability: 0, sigma: [0, 0]}"
        var lowResolution = "null"
        var noise = "0"

        var yaml: String {
            "{\(flips), warp: \(warp), "
                + "color_jitter: {brightness: \(jitter), contrast: \(jitter), saturation: \(jitter), hue: \(jitter)}, "
                + "gamma: \(gamma), brightness: \(brightness), contrast: \(contrast), blur: \(blur), "
                + "low_resolution: \(lowResolution), noise: \(noise)}"
        }
    }
}
