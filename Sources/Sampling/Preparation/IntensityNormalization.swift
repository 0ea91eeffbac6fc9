import DataSets
import MedicalImages

/// How a file's intensities become a network's input.
public indirect enum IntensityNormalization: Sendable, Hashable {
    /// (clip(x, low, high) − low) / (high − low) − ½. The paper's CT: −1400 to 100 HU.
    case window(low: Float, high: Float)
    /// (x − mean) / standard deviation over all voxels of each channel; 0 where a channel is constant.
    case zScore
    /// The same with mean and deviation of the voxels that are not 0 in some channel, holes filled; the others become 0. What
    /// brains look like whose skull is taken off: the share of zeros, which is an accident, changes nothing.
    case zScoreNonzero
    /// (clip(x, low, high) − mean) / deviation, all of them the data set's: nnU-Net's CT.
    case clip(low: Float, high: Float, mean: Float, deviation: Float)
    /// x.
    case unchanged
    /// One for each channel, none of which is a list or ImageNet's.
    case channels([IntensityNormalization])
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
        case .clip(let low, let high, let mean, let deviation):
            try SettingError.require(
                low < high && (high - low).isFinite, "normalization", found: "low \(low), high \(high)",
                expected: "low below high")
            try SettingError.require(
                mean.isFinite && deviation > 0 && deviation.isFinite, "normalization",
                found: "mean \(mean), deviation \(deviation)", expected: "a mean, and a deviation above 0")
        case .channels(let list):
            for item in list {
                var isSingle = item != .imageNet
                if case .channels = item { isSingle = false }
                try SettingError.require(
                    isSingle, "normalization", found: "a list or imagenet in a list",
                    expected: "one entry a channel, each z_score, none, or one of window, percentiles, range, clip")
                try item.validate()
            }
        case .zScore, .zScoreNonzero, .unchanged, .imageNet:
            return
        }
    }

    /// What is done to one channel of a case.
    ///
    /// - Precondition: the list of `channels` is long enough.
    func of(channel: Int) -> IntensityNormalization {
        if case .channels(let list) = self { list[channel] } else { self }
    }

    /// x ↦ (clip(x, low, high) − origin) · scale + offset; the origin is taken off first, as it may be large.
    struct Line: Sendable, Hashable {
        var low = -Float.infinity
        var high = Float.infinity
        var origin: Float
        var scale: Float
        var offset: Float = 0
        /// Whether voxels that are 0 in all channels, holes excepted, become 0 and nothing else.
        var keepsZeros = false

        /// - Parameters:
        ///   - count: of the values; 0 for none, which become 0.
        ///   - forEach: visits the values, the same each time.
        static func zScore(_ count: Int, _ forEach: ((Float) -> Void) -> Void) -> Line {
            guard count > 0 else { return Line(origin: 0, scale: 0) }
            var (sum, squares) = (0.0, 0.0)
            forEach { sum += Double($0) }
            let mean = sum / Double(count)
            forEach { squares += (Double($0) - mean) * (Double($0) - mean) }
            let deviation = (squares / Double(count)).squareRoot()
            // Below Float's resolution at the mean, the rest is rounding and no contrast.
            return Line(origin: Float(mean), scale: deviation > abs(mean) * 1e-6 ? Float(1 / deviation) : 0)
        }

        static func window(_ low: Float, _ high: Float) -> Line {
            guard low < high else { return Line(origin: low, scale: 0) }
            return Line(low: low, high: high, origin: low, scale: 1 / (high - low), offset: -0.5)
        }

        func callAsFunction(_ x: Float) -> Float {
            (clipped(x) - origin) * scale + offset
        }

        func clipped(_ x: Float) -> Float { min(high, max(low, x)) }
    }

    /// What is done to a channel.
    func line(for values: CaseImage.Channel, channel: Int) -> Line {
        switch of(channel: channel) {
        case .window(let low, let high):
            return .window(low, high)
        case .clip(let low, let high, let mean, let deviation):
            return Line(low: low, high: high, origin: mean, scale: 1 / deviation)
        case .unchanged, .channels:
            return Line(origin: 0, scale: 1)
        case .percentiles(let low, let high):
            let bounds = values.percentiles([low, high])
            return .window(bounds[0], bounds[1])
        case .range(let low, let high):
            return Line(origin: low, scale: 1 / (high - low))
        case .imageNet:
            let (mean, deviation) = Self.imageNetStatistics[channel]
            return Line(origin: 255 * mean, scale: 1 / (255 * deviation))
        case .zScore:
            return .zScore(values.count) { body in values.forEachChunk { $0.forEach(body) } }
        case .zScoreNonzero:
            var line = Line.zScore(values.nonzeroCount, values.forEachNonzero)
            line.keepsZeros = true
            return line
        }
    }

    /// The line scale · x + offset from a normalised intensity back to a picture's, 0 dark and 1 bright; nil where it depends
    /// on the image.
    func unitLine(channel: Int) -> (scale: Float, offset: Float)? {
        if case .channels(let list) = self, !list.indices.contains(channel) { return nil }
        return switch of(channel: channel) {
        case .window: (1, 0.5)
        case .range: (1, 0)
        case .imageNet: (Self.imageNetStatistics[channel].deviation, Self.imageNetStatistics[channel].mean)
        case .zScore, .zScoreNonzero, .percentiles, .clip, .unchanged, .channels: nil
        }
    }
}
