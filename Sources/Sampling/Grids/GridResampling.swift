import MedicalImages

/// Brings planes and volumes to another size.
///
/// A volume is resized plane by plane, and then from plane to plane.
enum GridResampling {
    /// How values between the samples are found along an axis.
    enum Filter {
        case nearest
        case linear
        case cubic

        fileprivate var kernel: PlaneResampling.Filter? {
            switch self {
            case .nearest: nil
            case .linear: .bilinear
            case .cubic: .bicubic
            }
        }
    }

    /// - Parameters:
    ///   - values: of `size`.
    ///   - planes: the filter from plane to plane; nil: the same. Along an axis that is much coarser than the others, interpolation
    ///     would mix slices that show different anatomy.
    /// - Precondition: sizes of equal dimensions.
    static func resize(
        _ values: [Float], from size: GridSize, to other: GridSize, _ filter: Filter, planes: Filter? = nil
    ) -> [Float] {
        guard size != other else { return values }
        func resized(_ values: [Float], _ filter: Filter, width: Int, height: Int, toWidth: Int, toHeight: Int) -> [Float] {
            guard let kernel = filter.kernel else {
                return PlaneResampling.resizeNearest(
                    values, width: width, height: height, toWidth: toWidth, toHeight: toHeight)
            }
            return PlaneResampling.resize(
                values, width: width, height: height, toWidth: toWidth, toHeight: toHeight, filter: kernel)
        }
        let flat = inPlanes(values, size) {
            resized($0, filter, width: size.width, height: size.height, toWidth: other.width, toHeight: other.height)
        }
        guard size.depth != other.depth else { return flat }
        // Planes as rows of one large plane.
        return resized(
            flat, planes ?? filter, width: other.planeCount, height: size.depth, toWidth: other.planeCount, toHeight: other.depth)
    }

    /// Labels of which each new pixel has the one with the largest share in it, the lowest of equals: linear interpolation of each
    /// label's own mask, which moves borders less than the nearest pixel does.
    ///
    /// - Parameter planes: as of images.
    static func resize(
        labels: [UInt8], from size: GridSize, to other: GridSize, planes: Filter? = nil
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

    /// Each value of the nearest sample.
    static func resizeNearest<Value>(_ values: [Value], from size: GridSize, to other: GridSize) -> [Value] {
        guard size != other else { return values }
        let flat = inPlanes(values, size) {
            PlaneResampling.resizeNearest(
                $0, width: size.width, height: size.height, toWidth: other.width, toHeight: other.height)
        }
        guard size.depth != other.depth else { return flat }
        return PlaneResampling.resizeNearest(
            flat, width: other.planeCount, height: size.depth, toWidth: other.planeCount, toHeight: other.depth)
    }

    private static func inPlanes<Value>(_ values: [Value], _ size: GridSize, _ body: ([Value]) -> [Value]) -> [Value] {
        guard size.depth > 1 else { return body(values) }
        return (0..<size.depth).flatMap { body(Array(values[$0 * size.planeCount..<($0 + 1) * size.planeCount])) }
    }
}
