/// Extremes and mean of an image's scaled values, in Double throughout; values that are no numbers are counted apart.
public struct IntensityStatistics: Sendable, Hashable {
    /// Of the finite values; nil where there is none.
    public let minimum, maximum: Double?
    /// The sum of the finite values over their number; nil where there is none.
    public let mean: Double?
    /// Values that are NaN.
    public let notNumbers: Int
    /// Values that are plus or minus infinity.
    public let infinite: Int
}

extension MedicalImage {
    /// Extremes and mean of the scaled values, over all channels.
    public func statistics() -> IntensityStatistics {
        samples.visited(by: Summing(scaling: scaling))
    }
}

private struct Summing: SampleVisitor {
    let scaling: IntensityScaling

    func callAsFunction<T: Sample>(_ values: [T]) -> IntensityStatistics {
        var (least, largest) = (Double.infinity, -Double.infinity)
        var (sum, compensation) = (0.0, 0.0)
        var (finite, notNumbers, infinite) = (0, 0, 0)
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        values.withUnsafeBufferPointer { values in
            for sample in values {
                let value = slope * sample.double + intercept
                guard value.isFinite else {
                    if value.isNaN { notNumbers += 1 } else { infinite += 1 }
                    continue
                }
                finite += 1
                least = min(least, value)
                largest = max(largest, value)
                // Neumaier's sum: float64 files may mix magnitudes.
                let next = sum + value
                compensation += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
                sum = next
            }
        }
        let isSome = finite > 0
        return IntensityStatistics(
            minimum: isSome ? least : nil, maximum: isSome ? largest : nil,
            mean: isSome ? (sum + compensation) / Double(finite) : nil, notNumbers: notNumbers, infinite: infinite)
    }
}
