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

    /// Each value of the nearest sample: for labels.
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
