import MedicalImages

/// The way of one case's planes from their native size to the network's input, and back.
///
/// A plane is resampled to the recipe's spacing, where it has one, and then fitted.
public struct PlaneRoute: Sendable, Hashable {
    /// Rows and columns in the file.
    public let native: PlaneSize
    /// After resampling to the spacing asked for; the native size without one.
    let spaced: PlaneSize
    let fit: PlaneFit

    /// Rows and columns of a whole plane before the network.
    public var inputSize: PlaneSize { fit.inputSize(of: spaced) }

    /// An image plane in the network's size.
    public func apply(to plane: [Float]) -> [Float] {
        fit.apply(to: Self.resized(plane, from: native, to: spaced, .bicubic), of: spaced)
    }

    /// A label plane in the network's size.
    public func apply(toLabels labels: [UInt8]) -> [UInt8] {
        fit.apply(toLabels: Self.resizedLabels(labels, from: native, to: spaced), of: spaced)
    }

    /// Whether scores, not labels, should go back to the native size, so that borders stay smooth.
    public var interpolates: Bool {
        if case .resize(let size, _) = fit { return size != native }
        return spaced != native
    }

    /// A plane of scores, `inputSize`, in the native size: bilinear, because bicubic overshoot could turn a class over.
    public func restore(_ plane: [Float]) -> [Float] {
        Self.resized(fit.restore(plane, to: spaced), from: spaced, to: native, .bilinear)
    }

    /// A plane of labels, `inputSize`, in the native size: the nearest pixel.
    public func restore(labels: [UInt8]) -> [UInt8] {
        Self.resizedLabels(fit.restore(labels: labels, to: spaced), from: spaced, to: native)
    }

    private static func resized(
        _ plane: [Float], from size: PlaneSize, to other: PlaneSize, _ filter: PlaneResampling.Filter
    ) -> [Float] {
        guard size != other else { return plane }
        return PlaneResampling.resize(
            plane, width: size.width, height: size.height, toWidth: other.width, toHeight: other.height, filter: filter)
    }

    private static func resizedLabels(_ labels: [UInt8], from size: PlaneSize, to other: PlaneSize) -> [UInt8] {
        guard size != other else { return labels }
        return PlaneResampling.resizeNearest(
            labels, width: size.width, height: size.height, toWidth: other.width, toHeight: other.height)
    }
}

extension PlaneRecipe {
    /// The way of the planes of a case.
    ///
    /// - Parameters:
    ///   - extent: with the axes in the order of `plane`, as `geometry`.
    ///   - path: the file, for the message.
    /// - Throws: `CaseError.noSpacing` for a file that states no spacing where the recipe asks for one;
    ///   `CaseError.planeTooLarge` where planes would have to be cut.
    public func route(of extent: Extent, geometry: VoxelGeometry?, path: String) throws -> PlaneRoute {
        let native = extent.plane
        var spaced = native
        if let spacing {
            guard let geometry else { throw CaseError.noSpacing(path: path) }
            let own = PlaneSpacing(of: geometry)
            // At least one pixel is left of every plane.
            spaced = PlaneSize(
                height: max(1, Int((Double(native.height) * own.rows / spacing.rows).rounded())),
                width: max(1, Int((Double(native.width) * own.columns / spacing.columns).rounded())))
        }
        try fit.check(spaced, path: path)
        return PlaneRoute(native: native, spaced: spaced, fit: fit)
    }
}
