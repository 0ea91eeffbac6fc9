/// Resizes single planes as Pillow does, so that a network sees the images it was trained on elsewhere.
///
/// Pixel centres lie at half indices; the plane's edges stay where they are.
/// Source: Pillow up to 12, `src/libImaging/Resample.c` (mode F) and `Geometry.c` (nearest), bit for bit. Pillow 13 takes
/// columns first where heights shrink much, which changes the last bit.
public enum PlaneResampling {
    /// The kernel of a resize; on reduction it is stretched by the scale, which prevents aliasing.
    public enum Filter: Sendable, CaseIterable {
        /// The triangle `1 − |x|`.
        case bilinear
        /// Keys' cubic with a = −0.5.
        case bicubic
    }

    /// Resizes `[height, width]` to `[toHeight, toWidth]`: rows first, then columns, sums in Double, Float between.
    ///
    /// - Precondition: sizes are at least 1 and the plane has `width · height` values.
    public static func resize(
        _ plane: [Float], width: Int, height: Int, toWidth: Int, toHeight: Int, filter: Filter
    ) -> [Float] {
        requireSizes(plane.count, width, height, toWidth, toHeight)
        var plane = plane
        if toWidth != width {
            plane = alongRows(plane, height: height, width: width, filter.weights(from: width, to: toWidth))
        }
        if toHeight != height {
            plane = alongColumns(plane, width: toWidth, filter.weights(from: height, to: toHeight))
        }
        return plane
    }

    /// Resizes `[height, width]` to `[toHeight, toWidth]` by taking the value at the place of each new centre: for labels.
    ///
    /// - Precondition: sizes are at least 1 and the plane has `width · height` values.
    public static func resizeNearest<T>(_ plane: [T], width: Int, height: Int, toWidth: Int, toHeight: Int) -> [T] {
        requireSizes(plane.count, width, height, toWidth, toHeight)
        let columns = nearestIndices(from: width, to: toWidth)
        let rows = nearestIndices(from: height, to: toHeight)
        return [T](unsafeUninitializedCapacity: toWidth * toHeight) { result, count in
            // Buffers, as below: this runs for every pixel of every label plane.
            plane.withUnsafeBufferPointer { plane in
                columns.withUnsafeBufferPointer { columns in
                    for (y, row) in rows.enumerated() {
                        for x in 0..<toWidth {
                            result.initializeElement(at: y * toWidth + x, to: plane[row * width + columns[x]])
                        }
                    }
                }
            }
            count = toWidth * toHeight
        }
    }

    /// Pillow adds the scale up from index to index; so does this, for a product rounds to another pixel now and then.
    private static func nearestIndices(from size: Int, to newSize: Int) -> [Int] {
        let scale = Double(size) / Double(newSize)
        var position = scale * 0.5
        return (0..<newSize).map { _ in
            defer { position += scale }
            return min(Int(position), size - 1)
        }
    }

    private static func requireSizes(_ count: Int, _ width: Int, _ height: Int, _ toWidth: Int, _ toHeight: Int) {
        precondition(width > 0 && height > 0 && toWidth > 0 && toHeight > 0, "planes have sizes of at least 1")
        precondition(count == width * height, "as many values as the plane has pixels")
    }

    private static func alongRows(_ plane: [Float], height: Int, width: Int, _ weights: ResamplingWeights) -> [Float] {
        let newWidth = weights.windows.count
        return [Float](unsafeUninitializedCapacity: height * newWidth) { result, count in
            // Buffers: the inner loop runs for every pixel and weight, and array subscripts check each access.
            plane.withUnsafeBufferPointer { plane in
                weights.weights.withUnsafeBufferPointer { factors in
                    for y in 0..<height {
                        for (x, window) in weights.windows.enumerated() {
                            let start = y * width + window.first
                            var sum = 0.0
                            for i in 0..<window.count { sum += Double(plane[start + i]) * factors[window.weightsStart + i] }
                            result.initializeElement(at: y * newWidth + x, to: Float(sum))
                        }
                    }
                }
            }
            count = height * newWidth
        }
    }

    private static func alongColumns(_ plane: [Float], width: Int, _ weights: ResamplingWeights) -> [Float] {
        let newHeight = weights.windows.count
        var sums = [Double](repeating: 0, count: width)
        return [Float](unsafeUninitializedCapacity: newHeight * width) { result, count in
            // Whole rows are added up, so that memory is read in order.
            plane.withUnsafeBufferPointer { plane in
                sums.withUnsafeMutableBufferPointer { sums in
                    for (y, window) in weights.windows.enumerated() {
                        sums.update(repeating: 0)
                        for i in 0..<window.count {
                            let factor = weights.weights[window.weightsStart + i]
                            let start = (window.first + i) * width
                            for x in 0..<width { sums[x] += Double(plane[start + x]) * factor }
                        }
                        for x in 0..<width { result.initializeElement(at: y * width + x, to: Float(sums[x])) }
                    }
                }
            }
            count = newHeight * width
        }
    }
}
