import Foundation

/// How often which margin λ occurred.
public struct MarginHistogram: Sendable, Hashable, Codable {
    /// The upper bound of each bucket, rising: 0.001 wide about 0, a tenth wider each further out, to ±10,000.
    ///
    /// One set for all, so that the buckets of several epochs are the same.
    public static let upperBounds: [Double] = {
        let outward = (0...reach).map { finest * (pow(growth, Double($0)) - 1) }
        return outward.dropFirst().reversed().dropFirst().map { -$0 } + outward
    }()

    /// The bounds at 0 and outwards are `finest` · (`growth`ⁿ − 1).
    private static let finest = 0.01
    private static let growth = 1.1
    private static let reach = 145
    private static let perBucket = 1 / log(Float(growth))

    /// The margins in each bucket.
    public private(set) var counts = Array(repeating: 0, count: upperBounds.count)
    /// nil before the first margin.
    public private(set) var minimum: Double?
    /// nil before the first margin.
    public private(set) var maximum: Double?
    public private(set) var sum = 0.0
    public private(set) var sumOfSquares = 0.0
    /// Margins that are NaN or infinite; they are in no bucket.
    public private(set) var notFinite = 0

    /// Of no margin yet.
    public init() {}

    /// Margins counted.
    public var total: Int { counts.reduce(0, +) }
    /// The mean margin; nil before the first.
    public var mean: Double? { total > 0 ? sum / Double(total) : nil }

    /// Counts a margin; beyond the last bound it goes into the last bucket.
    public mutating func add(_ margin: Float) {
        guard margin.isFinite else { return notFinite += 1 }
        let steps = Int(min(log1p(abs(margin) / Float(Self.finest)) * Self.perBucket, Float(Self.reach - 1)))
        counts[margin < 0 ? Self.reach - 1 - steps : Self.reach + steps] += 1
        let value = Double(margin)
        minimum = Swift.min(minimum ?? value, value)
        maximum = Swift.max(maximum ?? value, value)
        sum += value
        sumOfSquares += value * value
    }

    /// Adds the margins of other pixels.
    public static func += (left: inout MarginHistogram, right: MarginHistogram) {
        for index in left.counts.indices { left.counts[index] += right.counts[index] }
        left.minimum = [left.minimum, right.minimum].compactMap(\.self).min()
        left.maximum = [left.maximum, right.maximum].compactMap(\.self).max()
        left.sum += right.sum
        left.sumOfSquares += right.sumOfSquares
        left.notFinite += right.notFinite
    }
}
