/// Written as a person would: `z_score`, `imagenet`, `{window: [-1400, 100]}`, `{percentiles: [0.5, 99.5]}`, `{range: [0, 255]}`.
extension IntensityNormalization: Codable {
    private enum Bounds: String, CodingKey, CaseIterable { case window, percentiles, range }

    private static let expected = "expected z_score, imagenet, or one of window, percentiles, range with [low, high]"

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "z_score": self = .zScore
            case "imagenet": self = .imageNet
            default: throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: Self.expected))
            }
            return
        }
        let container = try decoder.container(keyedBy: Bounds.self)
        let kinds = Bounds.allCases.filter(container.contains)
        guard kinds.count == 1, let kind = kinds.first,
            let bounds = try? container.decode([Double].self, forKey: kind), bounds.count == 2
        else { throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: Self.expected)) }
        self =
            switch kind {
            case .window: .window(low: Float(bounds[0]), high: Float(bounds[1]))
            case .percentiles: .percentiles(low: bounds[0], high: bounds[1])
            case .range: .range(low: Float(bounds[0]), high: Float(bounds[1]))
            }
    }

    public func encode(to encoder: any Encoder) throws {
        func write(_ word: String) throws {
            var container = encoder.singleValueContainer()
            try container.encode(word)
        }
        func write(_ kind: Bounds, _ bounds: some Encodable) throws {
            var container = encoder.container(keyedBy: Bounds.self)
            try container.encode(bounds, forKey: kind)
        }
        switch self {
        case .zScore: try write("z_score")
        case .imageNet: try write("imagenet")
        case .window(let low, let high): try write(.window, [low, high])
        case .percentiles(let low, let high): try write(.percentiles, [low, high])
        case .range(let low, let high): try write(.range, [low, high])
        }
    }
}
