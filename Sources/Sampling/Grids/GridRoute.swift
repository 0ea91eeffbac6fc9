import MedicalImages

/// How the samples of a case, its planes or the whole of it, get from their native size to the network's input and back.
///
/// A sample is resampled to the recipe's spacing, where it has one, and then fitted.
public struct GridRoute: Sendable, Hashable {
    /// In the file.
    public let native: GridSize
    /// After resampling to the spacing asked for; the native size without one.
    let spaced: GridSize
    let fit: GridFit
    /// Whether planes lie so much farther apart than pixels that nothing is interpolated between them.
    let isAnisotropic: Bool

    /// Of a whole sample before the network.
    public var inputSize: GridSize { fit.inputSize(of: spaced) }

    /// An image of one channel in the network's size.
    public func apply(to image: [Float]) -> [Float] {
        fit.apply(to: resized(image, from: native, to: spaced, .cubic), of: spaced)
    }

    /// Labels in the network's size: resampling to a spacing takes the label of the largest share.
    public func apply(toLabels labels: [UInt8]) -> [UInt8] {
        let labels = GridResampling.resize(labels: labels, from: native, to: spaced, planes: filterAcrossPlanes)
        return fit.apply(toLabels: labels, of: spaced)
    }

    /// Whether scores, not labels, should go back to the native size, so that borders stay smooth.
    public var interpolates: Bool {
        if case .resize(let size, _) = fit { return size != native }
        return spaced != native
    }

    /// Scores of one class, `inputSize`, in the native size: linear, because cubic overshoot could turn a class over.
    public func restore(_ scores: [Float]) -> [Float] {
        resized(fit.restore(scores, to: spaced), from: spaced, to: native, .linear)
    }

    /// Labels, `inputSize`, in the native size.
    public func restore(labels: [UInt8]) -> [UInt8] {
        GridResampling.resize(
            labels: fit.restore(labels: labels, to: spaced), from: spaced, to: native, planes: filterAcrossPlanes)
    }

    private func resized(
        _ values: [Float], from size: GridSize, to other: GridSize, _ filter: ResamplingFilter
    ) -> [Float] {
        GridResampling.resize(values, from: size, to: other, filter, planes: filterAcrossPlanes)
    }

    private var filterAcrossPlanes: ResamplingFilter? { isAnisotropic ? .nearest : nil }
}

extension Recipe {
    /// How the samples of a case get to the network and back.
    ///
    /// - Parameters:
    ///   - extent: with the axes in the order of `plane`, as `geometry`.
    ///   - path: the file, for the message.
    /// - Throws: `CaseError.noSpacing` for a file that states no spacing where the recipe asks for one;
    ///   `CaseError.tooLarge` where samples would have to be cut.
    public func route(of extent: Extent, geometry: VoxelGeometry?, path: String) throws -> GridRoute {
        let native = dimensions == 3 ? extent.volume : extent.plane
        var spaced = native
        var isAnisotropic = false
        if let spacing {
            guard let geometry else { throw CaseError.noSpacing(path: path) }
            let own = GridSpacing(of: geometry).lengths.suffix(dimensions)
            // At least one pixel is left of every axis.
            spaced = GridSize(
                zip(native.lengths, zip(own, spacing.lengths)).map { max(1, Int((Double($0) * $1.0 / $1.1).rounded())) })
            isAnisotropic = [Array(own), spacing.lengths].contains {
                $0.count == 3 && ($0.max() ?? 0) > Self.anisotropy * ($0.min() ?? 0)
            }
        }
        try fit.check(spaced, path: path)
        return GridRoute(native: native, spaced: spaced, fit: fit, isAnisotropic: isAnisotropic)
    }

    /// nnU-Net's: from here on the coarse axis is resampled by itself.
    private static let anisotropy = 3.0
}
