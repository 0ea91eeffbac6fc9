/// A number type of samples.
protocol Sample: CustomStringConvertible {
    var float: Float { get }
    var double: Double { get }
}

extension Sample where Self: BinaryInteger {
    var float: Float { Float(self) }
    var double: Double { Double(self) }
}

extension UInt8: Sample {}
extension Int8: Sample {}
extension UInt16: Sample {}
extension Int16: Sample {}
extension UInt32: Sample {}
extension Int32: Sample {}
extension UInt64: Sample {}
extension Int64: Sample {}

extension Float: Sample {
    var float: Float { self }
    var double: Double { Double(self) }
}

extension Double: Sample {
    var float: Float { Float(self) }
    var double: Double { self }
}

/// What can be done with samples of any type: a closure cannot be generic.
protocol SampleVisitor {
    associatedtype Output
    func callAsFunction<T: Sample>(_ values: [T]) -> Output
}

extension Samples {
    func visited<Visitor: SampleVisitor>(by visitor: Visitor) -> Visitor.Output {
        switch self {
        case .uint8(let values): visitor(values)
        case .int8(let values): visitor(values)
        case .uint16(let values): visitor(values)
        case .int16(let values): visitor(values)
        case .uint32(let values): visitor(values)
        case .int32(let values): visitor(values)
        case .uint64(let values): visitor(values)
        case .int64(let values): visitor(values)
        case .float32(let values): visitor(values)
        case .float64(let values): visitor(values)
        }
    }

    /// Every sample as `slope · sample + intercept`, computed in Double and rounded once.
    func floats(_ scaling: IntensityScaling) -> [Float] {
        if case .float32(let values) = self, scaling.isIdentity { return values }
        return floats(scaling, runsAt: [0], of: count)
    }

    /// Runs of samples as `slope · sample + intercept`, one after another.
    ///
    /// - Parameters:
    ///   - starts: the first sample of each run.
    ///   - length: of every run.
    /// - Precondition: all runs lie within the samples.
    package func floats(_ scaling: IntensityScaling, runsAt starts: [Int], of length: Int) -> [Float] {
        precondition(starts.allSatisfy { $0 >= 0 && $0 + length <= count }, "runs of \(length) within \(count) samples")
        return visited(by: FloatConversion(scaling: scaling, starts: starts, length: length))
    }

    /// How often each value occurs in a range, in ascending order of the scaled values; nil for types of more than 16 bits.
    package func tally(_ scaling: IntensityScaling, in range: Range<Int>) -> [(value: Float, count: Int)]? {
        switch self {
        case .uint8(let values): Self.tally(values[range], scaling)
        case .int8(let values): Self.tally(values[range], scaling)
        case .uint16(let values): Self.tally(values[range], scaling)
        case .int16(let values): Self.tally(values[range], scaling)
        default: nil
        }
    }

    private static func tally<T: FixedWidthInteger & Sample>(
        _ values: ArraySlice<T>, _ scaling: IntensityScaling
    ) -> [(value: Float, count: Int)] {
        var counts = [Int](repeating: 0, count: 1 << T.bitWidth)
        values.withUnsafeBufferPointer { values in
            for value in values { counts[Int(value) - Int(T.min)] += 1 }
        }
        return counts.indices.filter { counts[$0] > 0 }
            .map { place in
                let stored = T(truncatingIfNeeded: place + Int(T.min))
                return (
                    scaling.isIdentity ? stored.float : Float(scaling.slope * stored.double + scaling.intercept), counts[place]
                )
            }
            .sorted { $0.value < $1.value }
    }

    /// Every scaled sample as the label nearest to it, and those that lie further from it than `tolerance`.
    func labels(_ scaling: IntensityScaling, tolerance: Double = 0) -> (labels: [Int32], misfits: LabelMisfits?) {
        if case .int32(let values) = self, scaling.isIdentity { return (values, nil) }
        return visited(by: LabelConversion(scaling: scaling, tolerance: tolerance))
    }
}

/// The samples that are no labels: how many, and the first of them as text that loses no digit.
struct LabelMisfits {
    var count: Int
    let firstIndex: Int
    let firstValue: String
}

// Buffers instead of `map`: the closure's generic calls and the array's growth checks keep the loops scalar.

private struct FloatConversion: SampleVisitor {
    let scaling: IntensityScaling
    let starts: [Int]
    let length: Int

    func callAsFunction<T: Sample>(_ values: [T]) -> [Float] {
        [Float](unsafeUninitializedCapacity: starts.count * length) { floats, count in
            values.withUnsafeBufferPointer { values in
                for start in starts {
                    if scaling.isIdentity {
                        for i in 0..<length { floats.initializeElement(at: count + i, to: values[start + i].float) }
                    } else {
                        let (slope, intercept) = (scaling.slope, scaling.intercept)
                        for i in 0..<length {
                            floats.initializeElement(at: count + i, to: Float(slope * values[start + i].double + intercept))
                        }
                    }
                    count += length
                }
            }
        }
    }
}

private struct LabelConversion: SampleVisitor {
    let scaling: IntensityScaling
    let tolerance: Double

    func callAsFunction<T: Sample>(_ values: [T]) -> (labels: [Int32], misfits: LabelMisfits?) {
        var misfits: LabelMisfits?
        let (slope, intercept, isIdentity) = (scaling.slope, scaling.intercept, scaling.isIdentity)
        let labels = [Int32](unsafeUninitializedCapacity: values.count) { labels, count in
            values.withUnsafeBufferPointer { values in
                for i in 0..<values.count {
                    let value = isIdentity ? values[i].double : slope * values[i].double + intercept
                    let nearest = value.rounded()
                    let label = abs(value - nearest) <= tolerance ? Int32(exactly: nearest) : nil
                    labels.initializeElement(at: i, to: label ?? 0)
                    guard label == nil else { continue }
                    // The stored number loses no digit where it is not scaled.
                    misfits =
                        misfits
                        ?? LabelMisfits(
                            count: 0, firstIndex: i, firstValue: isIdentity ? values[i].description : value.description)
                    misfits?.count += 1
                }
            }
            count = values.count
        }
        return (labels, misfits)
    }
}
