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
        return visited(by: FloatConversion(scaling: scaling))
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

    func callAsFunction<T: Sample>(_ values: [T]) -> [Float] {
        [Float](unsafeUninitializedCapacity: values.count) { floats, count in
            values.withUnsafeBufferPointer { values in
                if scaling.isIdentity {
                    for i in 0..<values.count { floats.initializeElement(at: i, to: values[i].float) }
                } else {
                    let (slope, intercept) = (scaling.slope, scaling.intercept)
                    for i in 0..<values.count {
                        floats.initializeElement(at: i, to: Float(slope * values[i].double + intercept))
                    }
                }
            }
            count = values.count
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
