/// Brings planes and volumes to another size, axis by axis: along rows, along columns, from plane to plane.
///
/// Pixel centres lie at half indices; the edges stay where they are. Planes become what Pillow makes of them, so that a network
/// sees the images that it was trained on elsewhere.
///
/// Source: Pillow up to 12, `src/libImaging/Resample.c` (mode F) and `Geometry.c` (nearest), bit for bit. Pillow 13 takes columns
/// first where heights shrink much, which changes the last bit.
enum GridResampling {
    /// Sums are taken in Double, and Float stands between the axes.
    ///
    /// - Parameters:
    ///   - values: of `size`.
    ///   - planes: the filter from plane to plane; nil: the same. Along an axis that is much coarser than the others, interpolation
    ///     would mix slices that show different anatomy.
    /// - Precondition: sizes of equal dimensions.
    static func resize(
        _ values: [Float], from size: GridSize, to other: GridSize, _ filter: ResamplingFilter, planes: ResamplingFilter? = nil
    ) -> [Float] {
        precondition(values.count == size.count, "as many values as \(size) has")
        var values = values
        for axis in Axis.all(from: size, to: other) where axis.length != axis.newLength {
            let filter = axis.isAcrossPlanes ? planes ?? filter : filter
            values =
                switch filter {
                case .nearest: nearest(values, along: axis)
                case .spline: splined(values, along: axis)
                case .linear, .cubic, .linearAtPoints:
                    weighted(values, along: axis, ResamplingWeights(from: axis.length, to: axis.newLength, filter))
                }
        }
        return values
    }

    /// Each value of the nearest sample.
    static func resizeNearest<Value>(_ values: [Value], from size: GridSize, to other: GridSize) -> [Value] {
        precondition(values.count == size.count, "as many values as \(size) has")
        return Axis.all(from: size, to: other).reduce(values) { $1.length == $1.newLength ? $0 : nearest($0, along: $1) }
    }

    /// Labels of which each new pixel has the one with the largest share in it, the lowest of equals: linear interpolation of each
    /// label's own mask, which moves borders less than the nearest pixel does.
    ///
    /// - Parameter planes: as of images.
    static func resize(
        labels: [UInt8], from size: GridSize, to other: GridSize, planes: ResamplingFilter? = nil
    ) -> [UInt8] {
        guard size != other else { return labels }
        var isPresent = [Bool](repeating: false, count: 256)
        for label in labels { isPresent[Int(label)] = true }
        var result = [UInt8](repeating: 0, count: other.count)
        var largest = [Float](repeating: -1, count: other.count)
        // One mask after another: all of them at once would be many times as large as the image.
        for label in 0...255 as ClosedRange<UInt8> where isPresent[Int(label)] {
            let shares = resize(labels.map { $0 == label ? 1 : 0 }, from: size, to: other, .linear, planes: planes)
            // Shares are equal that differ by less than their rounding to Float.
            for index in shares.indices where shares[index] > largest[index] + 1e-6 {
                largest[index] = shares[index]
                result[index] = label
            }
        }
        return result
    }

    /// An axis of a grid whose axes before it, which run faster, have their new lengths.
    private struct Axis {
        let length, newLength: Int
        /// How far apart its neighbours lie.
        let step: Int
        var isAcrossPlanes = false

        static func all(from size: GridSize, to other: GridSize) -> [Axis] {
            precondition(size.dimensions == other.dimensions, "sizes of \(size.dimensions) and \(other.dimensions) dimensions")
            return [
                Axis(length: size.width, newLength: other.width, step: 1),
                Axis(length: size.height, newLength: other.height, step: other.width),
                Axis(length: size.depth, newLength: other.depth, step: other.planeCount, isAcrossPlanes: true),
            ]
        }
    }

    private static func nearest<Value>(_ values: [Value], along axis: Axis) -> [Value] {
        let places = ResamplingWeights(from: axis.length, to: axis.newLength, .nearest).windows.map(\.first)
        var result: [Value] = []
        result.reserveCapacity(values.count / axis.length * axis.newLength)
        for block in stride(from: 0, to: values.count, by: axis.length * axis.step) {
            for place in places {
                let start = block + place * axis.step
                if axis.step == 1 { result.append(values[start]) } else { result += values[start..<start + axis.step] }
            }
        }
        return result
    }

    private static func splined(_ values: [Float], along axis: Axis) -> [Float] {
        let spline = SplineResampling(from: axis.length, to: axis.newLength)
        var result = [Float](repeating: 0, count: values.count / axis.length * axis.newLength)
        var line = [Float](repeating: 0, count: axis.length)
        for (block, start) in stride(from: 0, to: values.count, by: axis.length * axis.step).enumerated() {
            for place in 0..<axis.step {
                for index in 0..<axis.length { line[index] = values[start + index * axis.step + place] }
                let first = block * axis.newLength * axis.step + place
                for (index, value) in spline(line).enumerated() { result[first + index * axis.step] = value }
            }
        }
        return result
    }

    private static func weighted(_ values: [Float], along axis: Axis, _ weights: ResamplingWeights) -> [Float] {
        let capacity = values.count / axis.length * axis.newLength
        return [Float](unsafeUninitializedCapacity: capacity) { result, filled in
            // Buffers: the inner loop runs for every pixel and weight, and array subscripts check each access.
            values.withUnsafeBufferPointer { values in
                weights.weights.withUnsafeBufferPointer { factors in
                    for block in stride(from: 0, to: values.count, by: axis.length * axis.step) {
                        for window in weights.windows {
                            for place in 0..<axis.step {
                                let start = block + window.first * axis.step + place
                                var sum = 0.0
                                for i in 0..<window.count {
                                    sum += Double(values[start + i * axis.step]) * factors[window.weightsStart + i]
                                }
                                result.initializeElement(at: filled, to: Float(sum))
                                filled += 1
                            }
                        }
                    }
                }
            }
        }
    }
}
