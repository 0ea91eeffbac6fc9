/// A score with its uncertainty.
public struct ScoreEstimate: Sendable, Hashable {
    public let name: ScoreName
    /// The name in writing.
    public let text: String
    /// Nil where it is not defined.
    public let value: Double?
    /// Nil for fewer than two sampling units, and where the score is not defined on half of the resamples.
    public let interval: Bootstrap.Estimate.Interval?
    /// Resamples on which the score is not defined; they take no part in the interval.
    public let undefinedResamples: Int
}

extension ScoreEstimate: Codable {
    enum CodingKeys: String, CodingKey {
        case name, level, score, scope, worst, value, low, high
        case classIndex = "class"
        case undefinedResamples = "undefined_resamples"
    }

    private enum ScopeName: String, Codable { case one = "class", foreground, all }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let scope: ScoreScope =
            switch try container.decode(ScopeName.self, forKey: .scope) {
            case .one: .one(try container.decode(Int.self, forKey: .classIndex))
            case .foreground: .foreground
            case .all: .all
            }
        name = ScoreName(
            try container.decode(Score.self, forKey: .score), scope, try container.decode(ScoreLevel.self, forKey: .level),
            worst: try container.decodeIfPresent(Int.self, forKey: .worst))
        text = try container.decode(String.self, forKey: .name)
        value = try container.decodeIfPresent(Double.self, forKey: .value)
        interval = .init(
            try container.decodeIfPresent(Double.self, forKey: .low), try container.decodeIfPresent(Double.self, forKey: .high))
        undefinedResamples = try container.decode(Int.self, forKey: .undefinedResamples)
    }

    /// The name's parts stand beside it; an undefined number is an explicit null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(text, forKey: .name)
        try container.encode(name.level, forKey: .level)
        try container.encode(name.score, forKey: .score)
        try container.encodeIfPresent(name.worst, forKey: .worst)
        switch name.scope {
        case .one(let index):
            try container.encode(ScopeName.one, forKey: .scope)
            try container.encode(index, forKey: .classIndex)
        case .foreground: try container.encode(ScopeName.foreground, forKey: .scope)
        case .all: try container.encode(ScopeName.all, forKey: .scope)
        }
        try container.encode(value, forKey: .value)
        try container.encode(interval?.low, forKey: .low)
        try container.encode(interval?.high, forKey: .high)
        try container.encode(undefinedResamples, forKey: .undefinedResamples)
    }
}

extension ConfusionStore {
    /// Every score with its interval over the groups, in the order of `ScoreName.every`.
    ///
    /// - Precondition: the store is of these classes.
    public func estimates(_ classes: ScoredClasses, rule: EmptyRule = .one, by bootstrap: Bootstrap) -> [ScoreEstimate] {
        let sums = ScoreSums(self, classes: classes, rule: rule)
        let rowNames = classes.rowNames
        let estimates = bootstrap.estimates(unitCount: sums.groupCount, statistics: sums.scores)
        return zip(sums.names, estimates).map { name, estimate in
            ScoreEstimate(
                name: name, text: name.text(rowNames: rowNames), value: estimate.value, interval: estimate.interval,
                undefinedResamples: estimate.undefinedResamples)
        }
    }
}
