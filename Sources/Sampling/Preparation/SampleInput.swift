/// The image of one sample in the network's size, read box by box: of a volume that keeps its voxels no second copy is made.
public struct SampleInput {
    private let prepared: PreparedCase
    private let sample: Int
    /// Each channel of `size`, where it is resampled; nil where its voxels are the file's.
    private let resampled: [[Float]]?
    /// Of each channel, what stands around it where it is smaller than the network's size.
    private let outside: [Float]

    init(_ prepared: PreparedCase, _ sample: Int) {
        (self.prepared, self.sample) = (prepared, sample)
        let (route, channels) = (prepared.route, 0..<prepared.extent.channels)
        resampled = route.interpolates ? channels.map { channel in Self.resampled(prepared, sample, channel) } : nil
        outside =
            resampled == nil && route.inputSize != route.native
            ? channels.map {
                route.fit.outside(Self.planes(of: prepared, sample, $0).reduce(.infinity) { min($0, $1.min() ?? $0) })
            }
            : channels.map { _ in 0 }
    }

    public var size: GridSize { prepared.route.inputSize }
    public var channelCount: Int { prepared.extent.channels }

    /// What lies in a box, `[channels]` of the box.
    ///
    /// - Parameter box: a range along each axis of `size`.
    public func values(in box: [Range<Int>]) -> [Float] {
        let box = GridBox(box)
        return (0..<channelCount).flatMap { channel in
            if let resampled { return box.cut(resampled[channel], of: size) }
            return framed(box, channel)
        }
    }

    /// All of it.
    public var whole: [Float] { values(in: size.lengths.map { 0..<$0 }) }

    /// A box of a channel whose voxels are the file's, in a frame where the image is smaller.
    private func framed(_ box: GridBox, _ channel: Int) -> [Float] {
        let (native, first) = (prepared.route.native, prepared.grid.voxels(ofSample: sample).lowerBound)
        let image = GridBox(native, inMiddleOf: size)
        guard let inside = box.intersection(image) else {
            return Array(repeating: outside[channel], count: box.size.count)
        }
        let source = inside.moved(front: -image.front, top: -image.top, left: -image.left)
        let values = prepared.image.values(
            runsAt: source.starts(in: native).map { first + $0 }, of: source.size.width, channel: channel)
        guard inside != box else { return values }
        return inside.moved(front: -box.front, top: -box.top, left: -box.left)
            .paste(values, into: box.size, outside: outside[channel])
    }

    /// Plane after plane, so that memory holds no whole volume of the file's size.
    private static func resampled(_ prepared: PreparedCase, _ sample: Int, _ channel: Int) -> [Float] {
        prepared.route.apply(toPlanes: planes(of: prepared, sample, channel))
    }

    private static func planes(
        of prepared: PreparedCase, _ sample: Int, _ channel: Int
    ) -> some Sequence<[Float]> {
        let (first, size) = (prepared.grid.voxels(ofSample: sample).lowerBound, prepared.route.native.planeCount)
        return (0..<prepared.route.native.depth).lazy.map { plane in
            prepared.image.values(first + plane * size..<first + (plane + 1) * size, channel: channel)
        }
    }
}

extension PreparedCase {
    /// The image of one sample in the network's size.
    public func input(_ sample: Int) -> SampleInput { SampleInput(self, sample) }
}
