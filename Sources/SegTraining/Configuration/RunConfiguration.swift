import Foundation
import SegData
import SegMetrics
import SegModels
import Torch
import TorchNN

/// Everything that defines a training run, apart from the machine it runs on.
///
/// Written as YAML with the keys below in snake case; the presets give every key a value.
public struct RunConfiguration: Sendable, Hashable, Codable {
    public var data: DataConfiguration
    public var input: InputConfiguration
    public var network: NetworkConfiguration
    public var training: TrainingConfiguration

    /// - Throws: `ConfigurationError` that names the key.
    public func validate() throws {
        try data.validate()
        try input.validate()
        do {
            try network.validate()
        } catch let error as NetworkConfigurationError {
            throw ConfigurationError(["network", error.key], "expected \(error.expected), found \(error.found)")
        }
        guard input.fit.size.dimensions == network.dimensions else {
            throw ConfigurationError(
                ["input", "fit"],
                "expected \(network.dimensions == 3 ? "[planes, rows, columns]" : "[rows, columns]") for a network of "
                    + "\(network.dimensions) dimensions (network.dimensions), found \(input.fit.size.lengths)")
        }
        guard training.augmentation.depthFlip == nil || network.dimensions == 3 else {
            throw ConfigurationError(
                ["training", "augmentation", "depth_flip"], "expected a network of 3 dimensions (network.dimensions), found 2")
        }
        guard training.memoryFormat == .channelsFirst || network.dimensions == 2 else {
            throw ConfigurationError(
                ["training", "memory_format"], "expected channels_first for a network of 3 dimensions, found channels_last")
        }
        try training.validate()
    }
}

/// Which files are read, and what the values of the label files mean.
public struct DataConfiguration: Sendable, Hashable, Codable {
    /// The folder of the data set; a relative path starts at the configuration file. The command line may name another.
    public var folder: String?
    /// How the files lie below `folder`; nil: recognise it.
    public var layout: LayoutName?
    /// Folders or patterns of the image files below `folder`, one for each file of channels; empty: recognise them.
    public var images: FilePatterns
    /// Folders or patterns of the label files; several are masks of one class each, of which the later lie in front.
    public var labels: FilePatterns
    /// Which task of a layout that offers several, such as EndoVis' `binary`, `parts` and `type`.
    public var task: String?
    /// What holds where masks overlap; nil: the layout's own rule.
    public var overlaps: OverlapRule?
    /// Which entry of nnU-Net's `splits_final.json`; nil: the first.
    public var fold: Int?
    /// What decides which case trains, validates and tests.
    public var split: SplitRule
    /// Where the labels' voxels lie.
    public var labelGrid: Recipe.LabelGrid
    /// The first is the background, unless `background` says otherwise.
    public var classes: [ClassConfiguration]
    /// The name of the class that is the background, or `none`; nil: the first. A resolved configuration has it in front.
    public var background: String?
    /// What is scored as a whole though training tells its parts apart: unions of classes, by their values; nil: the classes.
    public var regions: [ClassConfiguration]?
    /// Label values that take no part in anything.
    public var ignoredValues: [Int]

    enum CodingKeys: String, CodingKey {
        case folder, layout, images, labels, task, overlaps, fold, split, classes, background, regions
        case labelGrid = "label_grid"
        case ignoredValues = "ignored_values"
    }

    public var classNames: [String] { classes.map(\.name) }

    /// What stands for each class in label files that are written: the first of its values.
    public var writtenValues: [Int] { classes.map { $0.values[0] } }

    /// What is said of the layout.
    public var layoutSettings: LayoutSettings {
        LayoutSettings(
            layout: layout, images: images.patterns, labels: labels.patterns, task: task, overlaps: overlaps, fold: fold ?? 0)
    }

    /// - Precondition: `validate()` holds.
    public var labelMap: LabelMap {
        get throws {
            var map: [Int: Int] = [:]
            for (index, item) in classes.enumerated() { for value in item.values { map[value] = index } }
            return try LabelMap(map, ignoring: Set(ignoredValues), hasBackground: hasBackground)
        }
    }

    func validate() throws {
        guard classes.count >= 2 else {
            throw ConfigurationError(
                ["data", "classes"], "expected two classes or more, of which one may be the background, found \(classes.count)")
        }
        guard classes.count <= 255 else {
            throw ConfigurationError(["data", "classes"], "expected 255 classes at most, found \(classes.count)")
        }
        var seen: [Int: String] = [:]
        for (index, item) in classes.enumerated() {
            let key = ["data", "classes", String(index)]
            if item.values.isEmpty { throw ConfigurationError(key, "class '\(item.name)' has no values") }
            for value in item.values {
                guard Int32(exactly: value) != nil else {
                    throw ConfigurationError(key, "label value \(value) does not fit into 32 bits")
                }
                if let other = seen[value] {
                    throw ConfigurationError(key, "label value \(value) stands for '\(item.name)' and for '\(other)'")
                }
                seen[value] = item.name
            }
        }
        if let value = ignoredValues.first(where: { seen[$0] != nil }) {
            throw ConfigurationError(["data", "ignored_values"], "label value \(value) is both ignored and a class")
        }
        guard Set(classNames).count == classes.count else {
            throw ConfigurationError(["data", "classes"], "two classes have the same name")
        }
        try validateBackground()
        try validateRegions()
    }
}

/// A class and the values that stand for it in label files; predictions are written with the first. Of a region, all values
/// of its classes.
public struct ClassConfiguration: Sendable, Hashable, Codable {
    public var name: String
    /// The values as they are written: one by one, or as ranges.
    public var ranges: [LabelRange]

    enum CodingKeys: String, CodingKey {
        case name
        case ranges = "values"
    }

    public init(name: String, ranges: [LabelRange]) {
        self.name = name
        self.ranges = ranges
    }

    public init(name: String, values: [Int]) { self.init(name: name, ranges: values.map(LabelRange.init)) }

    /// All values, in the order in which they are written.
    public var values: [Int] { ranges.flatMap(\.bounds) }

    /// The values as they are written, with commas between them.
    public var valuesInWords: String { ranges.map(\.description).joined(separator: ", ") }
}

/// How the weights are found.
public struct TrainingConfiguration: Sendable, Hashable, Codable {
    /// What the network computes in while it trains; the loss, the weights and validation are in float32. In bfloat16 the CPU
    /// kernels store activations so and compute in float32; other operations and devices run under autocast.
    public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
        case float32, bfloat16

        var dtype: DType { self == .bfloat16 ? .bfloat16 : .float32 }
    }

    /// How images and convolutions lie in memory.
    public enum MemoryFormat: String, Sendable, Hashable, Codable, CaseIterable {
        case channelsFirst = "channels_first"
        case channelsLast = "channels_last"
    }

    /// Of the starting weights, the order of samples, dropout and augmentation.
    public var seed: UInt64
    public var batchSize: Int
    /// Batches whose gradients make one step.
    public var accumulate: Int
    public var precision: Precision
    public var memoryFormat: MemoryFormat
    /// Decay of the running average of the weights, which then is what is validated and kept; 0: no average.
    public var weightAverage: Double
    /// Which planes of the training volumes take part.
    public var planes: SampleStore.Selection
    public var augmentation: Augmentation
    /// The metric on the validation split that chooses the best checkpoint.
    public var selectBy: MetricName
    /// Minutes between two savings within an epoch; at the end of each epoch it is saved anyway.
    public var saveMinutes: Double
    /// What the event files show; nil: `WatchConfiguration.standard`.
    public var watch: WatchConfiguration?
    public var stages: [StageConfiguration]

    enum CodingKeys: String, CodingKey {
        case seed, accumulate, precision, planes, augmentation, stages, watch
        case weightAverage = "weight_average"
        case batchSize = "batch_size"
        case memoryFormat = "memory_format"
        case selectBy = "select_by"
        case saveMinutes = "save_minutes"
    }

    func validate() throws {
        guard (1...Self.most).contains(batchSize) else {
            throw ConfigurationError(["training", "batch_size"], "expected 1 to \(Self.most), found \(batchSize)")
        }
        do {
            try augmentation.validate()
        } catch let error as SettingError {
            throw ConfigurationError(["training", "augmentation"], "\(error)")
        }
        guard (1...Self.most).contains(accumulate) else {
            throw ConfigurationError(["training", "accumulate"], "expected 1 to \(Self.most), found \(accumulate)")
        }
        guard weightAverage >= 0, weightAverage < 1 else {
            throw ConfigurationError(
                ["training", "weight_average"], "expected 0 or more and less than 1, found \(weightAverage)")
        }
        guard saveMinutes >= 0, saveMinutes.isFinite else {
            throw ConfigurationError(["training", "save_minutes"], "expected 0 or more, found \(saveMinutes)")
        }
        try watch?.validate()
        guard !stages.isEmpty else { throw ConfigurationError(["training", "stages"], "expected at least one stage") }
        for (index, stage) in stages.enumerated() { try stage.validate(at: ["training", "stages", String(index)]) }
    }

    /// Samples of a batch and epochs of a stage, so that steps can be counted.
    static let most = 1_000_000
}

/// One objective for some epochs, with a fresh optimiser.
public struct StageConfiguration: Sendable, Hashable, Codable {
    public enum OptimizerName: String, Sendable, Hashable, Codable, CaseIterable {
        case adamw, sgd
    }

    public enum ScheduleName: String, Sendable, Hashable, Codable, CaseIterable {
        case poly, cosine, constant
    }

    public var name: String
    /// A loss expression, such as `margin(tau=10,nu=1)`.
    public var objective: String
    public var epochs: Int
    public var optimizer: OptimizerName
    public var learningRate: Double
    public var weightDecay: Double
    public var schedule: ScheduleName
    /// Longer gradients, as one vector, are shortened to this norm before a step; 0: never.
    public var clipNorm: Double
    /// Epochs without a better score after which the stage ends early; 0: it never does.
    public var patience: Int
    /// A run or checkpoint whose weights the stage starts from; nil: the best of the stage before, or new weights.
    public var from: String?

    enum CodingKeys: String, CodingKey {
        case name, objective, epochs, optimizer, schedule, patience, from
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
        case clipNorm = "clip_norm"
    }

    /// The paper's optimiser and schedule.
    public init(
        name: String, objective: String, epochs: Int, optimizer: OptimizerName = .adamw, learningRate: Double = 1e-4,
        weightDecay: Double = 5e-4, schedule: ScheduleName = .poly, clipNorm: Double = 0, patience: Int = 0, from: String? = nil
    ) {
        self.name = name
        self.objective = objective
        self.epochs = epochs
        self.optimizer = optimizer
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.schedule = schedule
        self.clipNorm = clipNorm
        self.patience = patience
        self.from = from
    }

    /// Stages are a list, which no preset can complete key by key; so the defaults stand here.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            name: container.decode(String.self, forKey: .name), objective: container.decode(String.self, forKey: .objective),
            epochs: container.decode(Int.self, forKey: .epochs))
        optimizer = try container.decodeIfPresent(OptimizerName.self, forKey: .optimizer) ?? optimizer
        learningRate = try container.decodeIfPresent(Double.self, forKey: .learningRate) ?? learningRate
        weightDecay = try container.decodeIfPresent(Double.self, forKey: .weightDecay) ?? weightDecay
        schedule = try container.decodeIfPresent(ScheduleName.self, forKey: .schedule) ?? schedule
        clipNorm = try container.decodeIfPresent(Double.self, forKey: .clipNorm) ?? clipNorm
        patience = try container.decodeIfPresent(Int.self, forKey: .patience) ?? patience
        from = try container.decodeIfPresent(String.self, forKey: .from)
    }

    var learningRateSchedule: LearningRateSchedule {
        switch schedule {
        case .poly: .poly(power: 0.9)
        case .cosine: .cosine
        case .constant: .constant
        }
    }

    func validate(at key: [String]) throws {
        guard (1...TrainingConfiguration.most).contains(epochs) else {
            throw ConfigurationError(key + ["epochs"], "expected 1 to \(TrainingConfiguration.most), found \(epochs)")
        }
        guard patience >= 0 else { throw ConfigurationError(key + ["patience"], "expected 0 or more, found \(patience)") }
        guard learningRate > 0, learningRate.isFinite else {
            throw ConfigurationError(key + ["learning_rate"], "expected a number above 0, found \(learningRate)")
        }
        guard clipNorm >= 0, clipNorm.isFinite else {
            throw ConfigurationError(key + ["clip_norm"], "expected 0 or more, found \(clipNorm)")
        }
        guard weightDecay >= 0, weightDecay.isFinite else {
            throw ConfigurationError(key + ["weight_decay"], "expected 0 or more, found \(weightDecay)")
        }
    }
}
