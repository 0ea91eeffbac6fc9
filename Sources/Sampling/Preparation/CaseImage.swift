import MedicalImages

/// The intensities of a case, kept as its files store them and normalised where they are asked for: a volume of 16 bits takes two
/// bytes a voxel and not four.
public struct CaseImage: Sendable {
    /// What one file holds, on the grid of the case.
    struct File: Sendable {
        let samples: Samples
        let scaling: IntensityScaling
        /// For messages.
        let path: String
    }

    private let files: [File]
    /// With the channels of all files.
    public let extent: Extent
    /// How each channel is normalised.
    private var lines: [IntensityNormalization.Line] = []
    /// Where a channel's zeros are to stay; nil where none is normalised so.
    private var mask: NonzeroMask?

    /// - Parameter files: whose channels together are those of the extent.
    /// - Throws: `CaseError.notFinite` for NaN and infinities; for ImageNet's statistics `CaseError.channels` for anything but
    ///   three channels, and `CaseError.notEightBit` for intensities on another scale, such as those of 16-bit pictures.
    init(_ files: [File], extent: Extent, _ normalization: IntensityNormalization) throws {
        precondition(
            files.reduce(0) { $0 + $1.samples.count } == extent.sampleCount, "files with the channels of the extent")
        self.files = files
        self.extent = extent
        // ImageNet's statistics belong to the channel's number in the case.
        if normalization == .imageNet, extent.channels != 3 {
            throw CaseError.channels(
                path: files[0].path, found: extent.channels, expected: 3, reason: "for ImageNet's statistics; normalise otherwise"
            )
        }
        if case .channels(let list) = normalization, list.count != extent.channels {
            throw CaseError.channels(
                path: files[0].path, found: extent.channels, expected: list.count, reason: "as entries in input.normalization")
        }
        for file in files { try requireFinite(file) }
        if normalization == .imageNet { try requireBytes() }
        if (0..<extent.channels).contains(where: { normalization.of(channel: $0) == .zScoreNonzero }) { mask = nonzeroMask }
        lines = (0..<extent.channels).map { normalization.line(for: Channel(of: self, $0), channel: $0) }
    }

    /// The bytes that it takes.
    public var bytes: Int {
        files.reduce(mask?.isOutside.count ?? 0) { $0 + $1.samples.count * $1.samples.type.byteCount }
    }

    /// All intensities, normalised, `[channels, depth, height, width]`.
    public var values: [Float] { (0..<extent.channels).flatMap { values(0..<extent.voxelCount, channel: $0) } }

    /// Some intensities of a channel, normalised.
    ///
    /// - Parameter range: voxels of `[depth, height, width]`.
    func values(_ range: Range<Int>, channel: Int) -> [Float] {
        values(runsAt: [range.lowerBound], of: range.count, channel: channel)
    }

    /// Runs of voxels of a channel, normalised, one after another.
    ///
    /// - Parameter starts: voxels of `[depth, height, width]`.
    func values(runsAt starts: [Int], of length: Int, channel: Int) -> [Float] {
        var values = stored(runsAt: starts, of: length, channel: channel)
        let line = lines[channel]
        for index in values.indices { values[index] = line(values[index]) }
        guard line.keepsZeros, let mask else { return values }
        for (run, start) in starts.enumerated() {
            for place in 0..<length where mask.isOutside[start + place] { values[run * length + place] = 0 }
        }
        return values
    }

    /// Some intensities of a channel as the file has them, but clipped where the normalisation clips.
    func clipped(_ range: Range<Int>, channel: Int) -> [Float] {
        stored(runsAt: [range.lowerBound], of: range.count, channel: channel).map(lines[channel].clipped)
    }

    private var nonzeroMask: NonzeroMask {
        var isZero = [Bool](repeating: true, count: extent.voxelCount)
        for channel in 0..<extent.channels {
            var place = 0
            Channel(of: self, channel).forEachChunk { chunk in
                for value in chunk {
                    if value != 0 { isZero[place] = false }
                    place += 1
                }
            }
        }
        return NonzeroMask(isZero: isZero, extent: extent)
    }

    /// The same as `values`, in the units of the file.
    private func stored(runsAt starts: [Int], of length: Int, channel: Int) -> [Float] {
        let (file, first) = place(of: channel)
        return file.samples.floats(file.scaling, runsAt: starts.map { first + $0 }, of: length)
    }

    /// The file that holds a channel, and where in it the channel begins.
    private func place(of channel: Int) -> (file: File, first: Int) {
        var first = channel * extent.voxelCount
        for file in files {
            if first < file.samples.count { return (file, first) }
            first -= file.samples.count
        }
        preconditionFailure("channel \(channel) of \(extent.channels)")
    }

    /// - Throws: `CaseError.notFinite`, with the first place in the file's own channels.
    private func requireFinite(_ file: File) throws {
        var part = extent
        part.channels = file.samples.count / extent.voxelCount
        var bad: (count: Int, first: Int)?
        for start in stride(from: 0, to: file.samples.count, by: Self.chunk) {
            let length = min(Self.chunk, file.samples.count - start)
            for (place, value) in file.samples.floats(file.scaling, runsAt: [start], of: length).enumerated()
            where !value.isFinite {
                bad = (count: (bad?.count ?? 0) + 1, first: bad?.first ?? start + place)
            }
        }
        guard let bad else { return }
        throw CaseError.notFinite(path: file.path, count: bad.count, first: VoxelPosition(index: bad.first, in: part))
    }

    private func requireBytes() throws {
        var found: ClosedRange<Float>?
        for channel in 0..<extent.channels {
            Channel(of: self, channel).forEachChunk { chunk in
                guard let low = chunk.min(), let high = chunk.max() else { return }
                found = min(low, found?.lowerBound ?? low)...max(high, found?.upperBound ?? high)
            }
        }
        guard let found, found.lowerBound < 0 || found.upperBound > 255 else { return }
        throw CaseError.notEightBit(path: files[0].path, found: found)
    }

    /// Voxels that are converted at once.
    private static let chunk = 1 << 20
}

extension CaseImage {
    /// The intensities of a channel as the file has them, for statistics: a part at a time, so that memory holds no second volume.
    struct Channel {
        private let image: CaseImage
        private let number: Int

        fileprivate init(of image: CaseImage, _ number: Int) {
            self.image = image
            self.number = number
        }

        var count: Int { image.extent.voxelCount }

        /// In order.
        func forEachChunk(_ body: ([Float]) -> Void) {
            for start in stride(from: 0, to: count, by: CaseImage.chunk) {
                body(image.stored(runsAt: [start], of: min(CaseImage.chunk, count - start), channel: number))
            }
        }

        /// Voxels inside of the mask; all of them without one.
        var nonzeroCount: Int { image.mask?.insideCount ?? count }

        func forEachNonzero(_ body: (Float) -> Void) {
            var place = 0
            forEachChunk { chunk in
                for value in chunk {
                    if image.mask?.isOutside[place] != true { body(value) }
                    place += 1
                }
            }
        }

        func percentiles(_ percents: [Double]) -> [Float] {
            let (file, first) = image.place(of: number)
            if let tally = file.samples.tally(file.scaling, in: first..<first + count) {
                return Percentiles.of(tally, at: percents)
            }
            return Percentiles.of(image.stored(runsAt: [0], of: count, channel: number), at: percents)
        }
    }
}
