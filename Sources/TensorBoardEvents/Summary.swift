import Foundation

/// What TensorBoard shows under one name: a point of a curve, a picture or a histogram.
public struct Summary: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case scalar(Double)
        /// - Parameter png: a whole PNG file, RGB.
        case image(png: Data, width: Int, height: Int)
        case histogram(Histogram)
    }

    /// Counts of values in buckets that touch each other.
    public struct Histogram: Sendable, Hashable {
        public let minimum: Double
        public let maximum: Double
        public let sum: Double
        public let sumOfSquares: Double
        /// The upper bound of each bucket, rising; each begins where the one before ends.
        public let upperBounds: [Double]
        /// The values in each bucket.
        public let counts: [Int]

        /// - Precondition: a count for each bound, and a value or more.
        public init(
            minimum: Double, maximum: Double, sum: Double, sumOfSquares: Double, upperBounds: [Double], counts: [Int]
        ) {
            precondition(upperBounds.count == counts.count, "\(counts.count) counts for \(upperBounds.count) buckets")
            precondition(counts.contains { $0 > 0 }, "a histogram has a value")
            self.minimum = minimum
            self.maximum = maximum
            self.sum = sum
            self.sumOfSquares = sumOfSquares
            self.upperBounds = upperBounds
            self.counts = counts
        }
    }

    /// The name; TensorBoard groups by what stands before the first slash.
    public let tag: String
    public let content: Content

    public init(_ tag: String, _ content: Content) {
        self.tag = tag
        self.content = content
    }
}

extension Summary {
    var wire: WireSummary.Value {
        var value = WireSummary.Value()
        value.tag = tag
        switch content {
        case .scalar(let number): value.simpleValue = Float(number)
        case .image(let png, let width, let height):
            value.image.width = Int32(clamping: width)
            value.image.height = Int32(clamping: height)
            value.image.colorspace = 3
            value.image.encodedImageString = png
        case .histogram(let histogram):
            value.histo.min = histogram.minimum
            value.histo.max = histogram.maximum
            value.histo.num = Double(histogram.counts.reduce(0, +))
            value.histo.sum = histogram.sum
            value.histo.sumSquares = histogram.sumOfSquares
            value.histo.bucketLimit = histogram.upperBounds
            value.histo.bucket = histogram.counts.map(Double.init)
        }
        return value
    }
}
