/// What a stored number can be turned into.
protocol Sample: CustomStringConvertible {
    var float: Float { get }
    var double: Double { get }
    /// The same number as a label, or nil where it is no whole number of 32 bits.
    var label: Int32? { get }
}

extension Sample where Self: BinaryInteger {
    var float: Float { Float(self) }
    var double: Double { Double(self) }
    var label: Int32? { Int32(exactly: self) }
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
    var label: Int32? { Int32(exactly: self) }
}

extension Double: Sample {
    var float: Float { Float(self) }
    var double: Double { self }
    var label: Int32? { Int32(exactly: self) }
}

extension Samples {
    /// Every sample as `slope · sample + intercept`, computed in Double and rounded once.
    func floats(_ scaling: IntensityScaling) -> [Float] {
        switch self {
        case .uint8(let values): scaled(values, scaling)
        case .int8(let values): scaled(values, scaling)
        case .uint16(let values): scaled(values, scaling)
        case .int16(let values): scaled(values, scaling)
        case .uint32(let values): scaled(values, scaling)
        case .int32(let values): scaled(values, scaling)
        case .uint64(let values): scaled(values, scaling)
        case .int64(let values): scaled(values, scaling)
        case .float32(let values): scaling.isIdentity ? values : scaled(values, scaling)
        case .float64(let values): scaled(values, scaling)
        }
    }

    /// Every scaled sample as a label, and those that are none.
    func labels(_ scaling: IntensityScaling) -> (labels: [Int32], misfits: LabelMisfits?) {
        switch self {
        case .uint8(let values): whole(values, scaling)
        case .int8(let values): whole(values, scaling)
        case .uint16(let values): whole(values, scaling)
        case .int16(let values): whole(values, scaling)
        case .uint32(let values): whole(values, scaling)
        case .int32(let values): scaling.isIdentity ? (values, nil) : whole(values, scaling)
        case .uint64(let values): whole(values, scaling)
        case .int64(let values): whole(values, scaling)
        case .float32(let values): whole(values, scaling)
        case .float64(let values): whole(values, scaling)
        }
    }
}

extension Samples {
    /// Every scaled sample as the label nearest to it, and those that lie further from it than `tolerance`.
    func nearestLabels(_ scaling: IntensityScaling, _ tolerance: Double) -> (labels: [Int32], misfits: LabelMisfits?) {
        switch self {
        case .uint8(let values): rounded(values, scaling, tolerance)
        case .int8(let values): rounded(values, scaling, tolerance)
        case .uint16(let values): rounded(values, scaling, tolerance)
        case .int16(let values): rounded(values, scaling, tolerance)
        case .uint32(let values): rounded(values, scaling, tolerance)
        case .int32(let values): rounded(values, scaling, tolerance)
        case .uint64(let values): rounded(values, scaling, tolerance)
        case .int64(let values): rounded(values, scaling, tolerance)
        case .float32(let values): rounded(values, scaling, tolerance)
        case .float64(let values): rounded(values, scaling, tolerance)
        }
    }
}

/// The samples that are no labels: how many, and the first of them as text that loses no digit.
struct LabelMisfits {
    var count: Int
    let firstIndex: Int
    let firstValue: String
}

// Buffers instead of `map`: the closure's generic calls and the array's growth checks keep the loops scalar.
private func scaled<T: Sample>(_ values: [T], _ scaling: IntensityScaling) -> [Float] {
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

private func rounded<T: Sample>(
    _ values: [T], _ scaling: IntensityScaling, _ tolerance: Double
) -> (labels: [Int32], misfits: LabelMisfits?) {
    var misfits: LabelMisfits?
    let labels = values.indices.map { index -> Int32 in
        let value = scaling.isIdentity ? values[index].double : scaling.slope * values[index].double + scaling.intercept
        let nearest = value.rounded()
        if abs(value - nearest) <= tolerance, let label = Int32(exactly: nearest) { return label }
        // The stored number loses no digit where it is not scaled.
        let text = scaling.isIdentity ? values[index].description : value.description
        misfits = LabelMisfits(
            count: (misfits?.count ?? 0) + 1, firstIndex: misfits?.firstIndex ?? index, firstValue: misfits?.firstValue ?? text)
        return 0
    }
    return (labels, misfits)
}

private func whole<T: Sample>(_ values: [T], _ scaling: IntensityScaling) -> (labels: [Int32], misfits: LabelMisfits?) {
    var misfits: LabelMisfits?
    func note(_ index: Int, _ value: some CustomStringConvertible) {
        if misfits == nil { misfits = LabelMisfits(count: 0, firstIndex: index, firstValue: value.description) }
        misfits?.count += 1
    }
    let labels = [Int32](unsafeUninitializedCapacity: values.count) { labels, count in
        values.withUnsafeBufferPointer { values in
            if scaling.isIdentity {
                for i in 0..<values.count {
                    let label = values[i].label
                    if label == nil { note(i, values[i]) }
                    labels.initializeElement(at: i, to: label ?? 0)
                }
            } else {
                for i in 0..<values.count {
                    let value = scaling.slope * values[i].double + scaling.intercept
                    let label = Int32(exactly: value)
                    if label == nil { note(i, value) }
                    labels.initializeElement(at: i, to: label ?? 0)
                }
            }
        }
        count = values.count
    }
    return (labels, misfits)
}
