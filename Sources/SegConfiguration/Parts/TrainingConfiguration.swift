import DataSets
import Sampling
import SegMetrics
import Torch

/// How the weights are found.
public struct TrainingConfiguration: Sendable, Hashable, Codable {
    /// What the network computes in while it trains; the loss, the weights and validation are in float32. In bfloat16 the CPU
    /// kernels store activations so and compute in float32; other operations and devices run under autocast. In float16 the loss is
    /// scaled, so that small gradients do not vanish.
    public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
        case float32
        /// float32 whose products a CUDA device makes with 10 bits of mantissa; elsewhere float32.
        case tf32
        case bfloat16, float16

        package var dtype: DType {
            switch self {
            case .float32, .tf32: .float32
            case .bfloat16: .bfloat16
            case .float16: .float16
            }
        }

        /// Sets what belongs to the process.
        package func prepare() throws { try TorchLibrary.setTF32(self == .tf32) }
    }

    /// Sets what belongs to the process.
    package func prepare(on device: Device) throws {
        try precision.prepare()
        if case .cuda = device { TorchLibrary.isDeterministic = deterministic == true }
    }

    /// How images and convolutions lie in memory.
    public enum MemoryFormat: String, Sendable, Hashable, Codable, CaseIterable {
        /// Channels last on CUDA devices, first elsewhere.
        case automatic = "auto"
        case channelsFirst = "channels_first"
        case channelsLast = "channels_last"

        package func layout(on device: Device, dimensions: Int) -> Torch.MemoryFormat {
            let isCUDA = if case .cuda = device { true } else { false }
            guard self == .channelsLast || self == .automatic && isCUDA else { return .contiguous }
            return dimensions == 3 ? .channelsLast3D : .channelsLast
        }
    }

    /// Whether a CUDA device records a step and repeats it (`DeviceGraph`), so that the host need not give it call by call.
    public enum StepGraph: String, Sendable, Hashable, Codable, CaseIterable {
        /// Where it can be.
        case automatic = "auto"
        case never
    }

    /// Of the starting weights, the order of samples, dropout and augmentation.
    public var seed: UInt64
    public var batchSize: Int
    /// Batches whose gradients make one step.
    public var accumulate: Int
    /// Steps of an epoch, after which the network is validated; nil: one pass over the training samples.
    public var stepsPerEpoch: Int?
    public var precision: Precision
    public var memoryFormat: MemoryFormat
    /// Nil, in files of before there was a choice: automatic.
    public var stepGraph: StepGraph?
    /// Whether a CUDA device takes forms of operations alone that give the same bits every time; the CPU has no others. Nil: false.
    public var deterministic: Bool?
    /// Decay of the running average of the weights, which then is what is validated and kept; 0: no average.
    public var weightAverage: Double
    /// Which planes of the training volumes take part.
    public var planes: SampleSelection
    public var augmentation: Augmentation
    /// The metric on the validation split that chooses the best checkpoint.
    public var selectBy: MetricName
    /// Minutes between two savings within an epoch; at the end of each epoch it is saved anyway.
    public var saveMinutes: Double
    /// What the event files show; nil: `WatchConfiguration.standard`.
    public var watch: WatchConfiguration?
    public var stages: [StageConfiguration]

    enum CodingKeys: String, CodingKey {
        case seed, accumulate, precision, planes, augmentation, stages, watch, deterministic
        case weightAverage = "weight_average"
        case batchSize = "batch_size"
        case stepsPerEpoch = "steps_per_epoch"
        case memoryFormat = "memory_format"
        case stepGraph = "step_graph"
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
        if let stepsPerEpoch, !(1...Self.most).contains(stepsPerEpoch) {
            throw ConfigurationError(["training", "steps_per_epoch"], "expected 1 to \(Self.most), found \(stepsPerEpoch)")
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

    /// Samples of a batch, steps of an epoch and epochs of a stage, so that steps can be counted.
    static let most = 1_000_000
}
