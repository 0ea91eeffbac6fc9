import SegLosses
import TorchNN

/// One objective for some epochs, with a fresh optimiser.
public struct StageConfiguration: Sendable, Hashable, Codable {
    public enum OptimizerName: String, Sendable, Hashable, Codable, CaseIterable {
        case adamw, sgd
    }

    public enum ScheduleName: String, Sendable, Hashable, Codable, CaseIterable {
        case poly, cosine, constant
    }

    public var name: String
    /// A loss expression, such as `margin(tau=10,nu=1)`; `sum=auto` and `nu=auto` have training choose.
    public var objective: String
    public var epochs: Int
    public var optimizer: OptimizerName
    /// Of SGD, with Nesterov's look-ahead; nil: 0.9. AdamW has none.
    public var momentum: Double?
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
        case name, objective, epochs, optimizer, momentum, schedule, patience, from
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
        case clipNorm = "clip_norm"
    }

    /// The paper's optimiser and schedule.
    public init(
        name: String, objective: String, epochs: Int, optimizer: OptimizerName = .adamw, momentum: Double? = nil,
        learningRate: Double = 1e-4, weightDecay: Double = 5e-4, schedule: ScheduleName = .poly, clipNorm: Double = 0,
        patience: Int = 0, from: String? = nil
    ) {
        self.name = name
        self.objective = objective
        self.epochs = epochs
        self.optimizer = optimizer
        self.momentum = momentum
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
        momentum = try container.decodeIfPresent(Double.self, forKey: .momentum)
        learningRate = try container.decodeIfPresent(Double.self, forKey: .learningRate) ?? learningRate
        weightDecay = try container.decodeIfPresent(Double.self, forKey: .weightDecay) ?? weightDecay
        schedule = try container.decodeIfPresent(ScheduleName.self, forKey: .schedule) ?? schedule
        clipNorm = try container.decodeIfPresent(Double.self, forKey: .clipNorm) ?? clipNorm
        patience = try container.decodeIfPresent(Int.self, forKey: .patience) ?? patience
        from = try container.decodeIfPresent(String.self, forKey: .from)
    }

    /// The objectives that training chooses from, in writing: the objective itself, or with every value in place of `auto`.
    public var candidates: [String] { (try? LossExpression(objective))?.candidates ?? [objective] }

    package var learningRateSchedule: LearningRateSchedule {
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
        if let momentum {
            guard optimizer == .sgd else {
                throw ConfigurationError(
                    key + ["momentum"],
                    "expected no momentum with \(optimizer.rawValue), which has moments of its own, found "
                        + "\(momentum); write optimizer: sgd, or leave it out")
            }
            guard momentum >= 0, momentum < 1 else {
                throw ConfigurationError(key + ["momentum"], "expected 0 or more and less than 1, found \(momentum)")
            }
        }
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
