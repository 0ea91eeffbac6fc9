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
    /// Between the native size and the spaced one.
    let resampling: SpacingResampling
    /// Whether planes lie so much farther apart than pixels that nothing is interpolated between them.
    let isAnisotropic: Bool

    /// That of a sample that stays as it is.
    public init(staying native: GridSize) {
        self.init(native: native, spaced: native, fit: .pad(to: native), resampling: .cubic, isAnisotropic: false)
    }

    init(native: GridSize, spaced: GridSize, fit: GridFit, resampling: SpacingResampling, isAnisotropic: Bool) {
        self.native = native
        self.spaced = spaced
        self.fit = fit
        self.resampling = resampling
        self.isAnisotropic = isAnisotropic
    }

    /// Of a whole sample before the network.
    public var inputSize: GridSize { fit.inputSize(of: spaced) }

    /// An image of one channel in the network's size.
    ///
    /// - Parameter planes: of the native size, one after another: no axis is resampled before the axes within planes, so memory
    ///   holds one of them.
    func apply(toPlanes planes: some Sequence<[Float]>) -> [Float] {
        let (plane, spacedPlane) = (native.plane, spaced.plane)
        var image: [Float] = []
        image.reserveCapacity(native.depth * spacedPlane.count)
        let filter = resampling.ofImages
        // Splines swing beyond the values that they go through.
        let isBounded = filter == .spline && spaced != native
        var bounds: ClosedRange<Float>?
        for values in planes {
            let resized = GridResampling.resize(values, from: plane, to: spacedPlane, filter)
            guard isBounded, let low = values.min(), let high = values.max() else {
                image += resized
                continue
            }
            // Planes that are interpolated by themselves keep to themselves.
            image += isAnisotropic ? resized.map { min(max($0, low), high) } : resized
            bounds = min(bounds?.lowerBound ?? low, low)...max(bounds?.upperBound ?? high, high)
        }
        let stack = GridSize([native.depth, spacedPlane.height, spacedPlane.width])
        let volume = GridSize([spaced.depth, spacedPlane.height, spacedPlane.width])
        image = GridResampling.resize(image, from: stack, to: volume, filter, planes: filterAcrossPlanes)
        if let bounds { image = image.map { min(max($0, bounds.lowerBound), bounds.upperBound) } }
        return fit.apply(to: image, of: spaced)
    }

    /// Labels in the network's size: resampling to a spacing takes the label of the largest share.
    public func apply(toLabels labels: [UInt8]) -> [UInt8] {
        let labels = GridResampling.resize(labels: labels, from: native, to: spaced, planes: filterAcrossPlanes)
        return fit.apply(toLabels: labels, of: spaced)
    }

    /// Whether scores, not labels, should go back to the native size, so that borders stay smooth.
    public var interpolates: Bool {
        if case .resize(let size, _) = fit, size != spaced { return true }
        return spaced != native
    }

    /// Scores of one class, `inputSize`, in the native size: linear, because cubic overshoot could turn a class over.
    public func restore(_ scores: [Float]) -> [Float] {
        resized(fit.restore(scores, to: spaced), from: spaced, to: native, resampling.ofScores)
    }

    /// The planes of the network's input that each native plane of a volume is made of; nil where all are needed at once, because
    /// they are resized twice.
    public var planeSources: [Range<Int>]? {
        planeSteps.map { steps in
            steps.weights.windows.map { steps.first + $0.first..<steps.first + $0.first + $0.count }
        }
    }

    /// Native planes of a volume, of scores of one class: linear, from plane to plane first.
    ///
    /// - Parameters:
    ///   - scores: of `planes` of the network's input, which are the sources of `native` or more.
    ///   - wanted: of the native planes.
    /// - Precondition: `planeSources` is not nil.
    public func restore(_ scores: [Float], of planes: Range<Int>, to wanted: Range<Int>) -> [Float] {
        guard let steps = planeSteps else { preconditionFailure("planes that come back one by one") }
        let input = inputSize.plane
        return wanted.flatMap { plane -> [Float] in
            let window = steps.weights.windows[plane]
            let first = (steps.first + window.first - planes.lowerBound) * input.count
            let factors = steps.weights.weights[window.weightsStart..<window.weightsStart + window.count]
            var mixed = Array(scores[first..<first + input.count])
            if window.count > 1 {
                for pixel in mixed.indices {
                    var sum = 0.0
                    for (place, factor) in factors.enumerated() {
                        sum += Double(scores[first + place * input.count + pixel]) * factor
                    }
                    mixed[pixel] = Float(sum)
                }
            }
            return GridResampling.resize(
                steps.frame.cut(mixed, of: input), from: steps.frame.size, to: self.native.plane, resampling.ofScores)
        }
    }

    /// How the planes of a volume come back: its first plane in the network's input, the weights from there to native planes, and
    /// where in each plane it lies.
    var planeSteps: (first: Int, weights: ResamplingWeights, frame: GridBox)? {
        switch fit {
        case .resize(let size, _):
            guard spaced == native else { return nil }
            return (
                0, ResamplingWeights(from: size.depth, to: native.depth, resampling.ofScores),
                GridBox(size.plane, top: 0, left: 0)
            )
        case .pad, .crop:
            let frame = GridBox(spaced, inMiddleOf: inputSize)
            return (
                frame.front, ResamplingWeights(from: spaced.depth, to: native.depth, filterAcrossPlanes ?? resampling.ofScores),
                GridBox(spaced.plane, top: frame.top, left: frame.left)
            )
        }
    }

    /// The part of a box of the network's input that lies in the image, in the box and in the native sample; nil for none.
    ///
    /// - Parameter box: a range along each axis.
    /// - Precondition: nothing is interpolated.
    public func nativePart(of box: [Range<Int>]) -> (inBox: GridBox, native: GridBox)? {
        let (image, box) = (GridBox(native, inMiddleOf: inputSize), GridBox(box))
        return box.intersection(image).map {
            (
                $0.moved(front: -box.front, top: -box.top, left: -box.left),
                $0.moved(front: -image.front, top: -image.top, left: -image.left)
            )
        }
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

    var filterAcrossPlanes: ResamplingFilter? { isAnisotropic ? .nearest : nil }
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
            // NumPy rounds halves to even numbers.
            let rule: FloatingPointRoundingRule = resampling == .spline ? .toNearestOrEven : .toNearestOrAwayFromZero
            // At least one pixel is left of every axis.
            spaced = GridSize(
                zip(native.lengths, zip(own, spacing.lengths)).map { max(1, Int((Double($0) * $1.0 / $1.1).rounded(rule))) })
            isAnisotropic = [Array(own), spacing.lengths].contains {
                $0.count == 3 && ($0.max() ?? 0) > Self.anisotropy * ($0.min() ?? 0)
            }
        }
        try fit.check(spaced, path: path)
        return GridRoute(native: native, spaced: spaced, fit: fit, resampling: resampling ?? .cubic, isAnisotropic: isAnisotropic)
    }

    /// nnU-Net's: from here on the coarse axis is resampled by itself.
    private static let anisotropy = 3.0
}
