import DataSets
import MedicalImages

/// How a file's intensities become a network's input.
public enum IntensityNormalization: Sendable, Hashable {
    /// (clip(x, low, high) − low) / (high − low) − ½. The paper's CT: −1400 to 100 HU.
    case window(low: Float, high: Float)
    /// (x − mean) / standard deviation over all voxels of each channel; 0 where a channel is constant.
    case zScore
    /// The window between two percentiles of each channel, 0 to 100; 0 where they are equal.
    case percentiles(low: Double, high: Double)
    /// (x − low) / (high − low), not clipped. 8-bit pictures: 0 to 255.
    case range(low: Float, high: Float)
    /// (x / 255 − mean) / deviation with the mean and deviation of ImageNet's red, green and blue.
    case imageNet

    /// ImageNet's statistics, as torchvision's pretrained networks expect them.
    private static let imageNetStatistics: [(mean: Float, deviation: Float)] = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]

    /// - Throws: `SettingError` for bounds in the wrong order or that are no numbers.
    public func validate() throws {
        switch self {
        case .window(let low, let high), .range(let low, let high):
            try SettingError.require(
                low < high && (high - low).isFinite, "normalization", found: "low \(low), high \(high)",
                expected: "low below high")
        case .percentiles(let low, let high):
            try SettingError.require(
                0 <= low && low < high && high <= 100, "normalization", found: "percentiles \(low) and \(high)",
                expected: "0 to 100, low below high")
        case .zScore, .imageNet:
            return
        }
    }

    /// x ↦ (clip(x, low, high) − origin) · scale + offset; the origin is taken off first, as it may be large.
    struct Line: Sendable, Hashable {
        var low = -Float.infinity
        var high = Float.infinity
        var origin: Float
        var scale: Float
        var offset: Float = 0

        static func window(_ low: Float, _ high: Float) -> Line {
            guard low < high else { return Line(origin: low, scale: 0) }
            return Line(low: low, high: high, origin: low, scale: 1 / (high - low), offset: -0.5)
        }

        func callAsFunction(_ x: Float) -> Float {
            (min(high, max(low, x)) - origin) * scale + offset
        }

        /// The intensity that became `value`; what was clipped stays so, and a constant channel is its constant.
        func undo(_ value: Float) -> Float { scale == 0 ? origin : (value - offset) / scale + origin }
    }

    /// What is done to a channel.
    func line(for values: CaseImage.Channel, channel: Int) -> Line {
        switch self {
        case .window(let low, let high):
            return .window(low, high)
        case .percentiles(let low, let high):
            let bounds = values.percentiles([low, high])
            return .window(bounds[0], bounds[1])
        case .range(let low, let high):
            return Line(origin: low, scale: 1 / (high - low))
        case .imageNet:
            let (mean, deviation) = Self.imageNetStatistics[channel]
            return Line(origin: 255 * mean, scale: 1 / (255 * deviation))
        case .zScore:
            var (sum, squares) = (0.0, 0.0)
            values.forEachChunk { for value in $0 { sum += Double(value) } }
            let mean = sum / Double(values.count)
            values.forEachChunk { for value in $0 { squares += (Double(value) - mean) * (Double(value) - mean) } }
            let deviation = (squares / Double(values.count)).squareRoot()
            // Below Float's resolution at the mean, the rest is rounding and no contrast.
            return Line(origin: Float(mean), scale: deviation > abs(mean) * 1e-6 ? Float(1 / deviation) : 0)
        }
    }

    /// The line scale · x + offset from a normalised intensity back to a picture's, 0 dark and 1 bright; nil where it depends
    /// on the image.
    func unitLine(channel: Int) -> (scale: Float, offset: Float)? {
        switch self {
        case .window: (1, 0.5)
        case .range: (1, 0)
        case .imageNet: (Self.imageNetStatistics[channel].deviation, Self.imageNetStatistics[channel].mean)
        case .zScore, .percentiles: nil
        }
    }
}

/// Written as a person would: `z_score`, `imagenet`, `{window: [-1400, 100]}`, `{percentiles: [0.5, 99.5]}`, `{range: [0, 255]}`.
extension IntensityNormalization: Codable {
    private enum Bounds: String, CodingKey, CaseIterable { case window, percentiles, range }

    private static let expected = "expected z_score, imagenet, or one of window, percentiles, range with [low, high]"

    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "z_score": self = .zScore
            case "imagenet": self = .imageNet
            default: throw decoder.mismatch(Self.expected)
            }
            return
        }
        let container = try decoder.container(keyedBy: Bounds.self)
        let kinds = Bounds.allCases.filter(container.contains)
        guard kinds.count == 1, let kind = kinds.first,
            let bounds = try? container.decode([Double].self, forKey: kind), bounds.count == 2
        else { throw decoder.mismatch(Self.expected) }
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
