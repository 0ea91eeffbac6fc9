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
        switch samples {
        case .uint8(let values): IntensityStatistics(values, scaling)
        case .int8(let values): IntensityStatistics(values, scaling)
        case .uint16(let values): IntensityStatistics(values, scaling)
        case .int16(let values): IntensityStatistics(values, scaling)
        case .uint32(let values): IntensityStatistics(values, scaling)
        case .int32(let values): IntensityStatistics(values, scaling)
        case .uint64(let values): IntensityStatistics(values, scaling)
        case .int64(let values): IntensityStatistics(values, scaling)
        case .float32(let values): IntensityStatistics(values, scaling)
        case .float64(let values): IntensityStatistics(values, scaling)
        }
    }
}

extension IntensityStatistics {
    fileprivate init<T: Sample>(_ values: [T], _ scaling: IntensityScaling) {
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
        minimum = finite > 0 ? least : nil
        maximum = finite > 0 ? largest : nil
        mean = finite > 0 ? (sum + compensation) / Double(finite) : nil
        self.notNumbers = notNumbers
        self.infinite = infinite
    }
}
