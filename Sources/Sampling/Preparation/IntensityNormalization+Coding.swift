/// Written as a person would: `z_score`, `{z_score: nonzero}`, `imagenet`, `none`, `{window: [-1400, 100]}`,
/// `{percentiles: [0.5, 99.5]}`, `{range: [0, 255]}`, `{clip: [-950, 240], mean: -120, deviation: 310}`; a list has one of these for
/// each channel.
extension IntensityNormalization: Codable {
    private enum Keys: String, CodingKey, CaseIterable {
        case window, percentiles, range, clip, mean, deviation
        case zScore = "z_score"
    }

    private static let expected =
        "expected z_score, {z_score: nonzero}, imagenet, none, one of window, percentiles, range with [low, high], or clip with "
        + "[low, high], mean and deviation; or a list of them, one for each channel"

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "z_score": self = .zScore
            case "imagenet": self = .imageNet
            case "none": self = .unchanged
            default: throw decoder.mismatch(Self.expected)
            }
            return
        }
        guard let container = try? decoder.container(keyedBy: Keys.self) else {
            guard var list = try? decoder.unkeyedContainer() else { throw decoder.mismatch(Self.expected) }
            var channels: [IntensityNormalization] = []
            while !list.isAtEnd { channels.append(try list.decode(IntensityNormalization.self)) }
            guard !channels.isEmpty else { throw decoder.mismatch(Self.expected) }
            self = .channels(channels)
            return
        }
        let kinds = [Keys.window, .percentiles, .range, .clip, .zScore].filter(container.contains)
        guard kinds.count == 1, let kind = kinds.first else { throw decoder.mismatch(Self.expected) }
        if kind == .zScore {
            guard try container.decode(String.self, forKey: .zScore) == "nonzero" else { throw decoder.mismatch(Self.expected) }
            self = .zScoreNonzero
            return
        }
        guard let bounds = try? container.decode([Double].self, forKey: kind), bounds.count == 2 else {
            throw decoder.mismatch(Self.expected)
        }
        let (low, high) = (Float(bounds[0]), Float(bounds[1]))
        self =
            switch kind {
            case .window: .window(low: low, high: high)
            case .percentiles: .percentiles(low: bounds[0], high: bounds[1])
            case .range: .range(low: low, high: high)
            default:
                .clip(
                    low: low, high: high, mean: try container.decode(Float.self, forKey: .mean),
                    deviation: try container.decode(Float.self, forKey: .deviation))
            }
    }

    public func encode(to encoder: any Encoder) throws {
        func write(_ word: String) throws {
            var container = encoder.singleValueContainer()
            try container.encode(word)
        }
        func write(_ kind: Keys, _ value: some Encodable) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(value, forKey: kind)
        }
        switch self {
        case .zScore: try write("z_score")
        case .zScoreNonzero: try write(.zScore, "nonzero")
        case .imageNet: try write("imagenet")
        case .unchanged: try write("none")
        case .window(let low, let high): try write(.window, [low, high])
        case .percentiles(let low, let high): try write(.percentiles, [low, high])
        case .range(let low, let high): try write(.range, [low, high])
        case .clip(let low, let high, let mean, let deviation):
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode([low, high], forKey: .clip)
            try container.encode(mean, forKey: .mean)
            try container.encode(deviation, forKey: .deviation)
        case .channels(let list):
            var container = encoder.unkeyedContainer()
            for item in list { try container.encode(item) }
        }
    }
}
