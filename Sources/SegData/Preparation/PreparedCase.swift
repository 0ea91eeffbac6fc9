import MedicalImages

/// A case in memory at its native size: intensities normalised, labels mapped to classes.
public struct PreparedCase: Sendable {
    public let id: String
    public let group: String
    /// From its file to its planes.
    public let grid: CaseGrid
    /// What the first image file's format said, for predictions that take its grid.
    public let source: ImageSource
    /// `[channels, depth, height, width]` of `extent`.
    public let image: [Float]
    /// How each channel was normalised.
    let lines: [IntensityNormalization.Line]
    /// Classes and `LabelMap.ignored`, `[depth, height, width]` of `extent`; nil for a case without labels.
    public let labels: [UInt8]?
    /// What reading the label files decided.
    public let labelNotes: [ImageNote]

    /// The image's size, with its channels: `depth` planes.
    public var extent: Extent { grid.extent }
    /// The way of its planes to the network and back.
    public var route: PlaneRoute { grid.route }
}

extension PreparedCase {
    /// Classes of this case on the grid of its file, with background where the image was cropped.
    ///
    /// - Parameter classes: `[depth, height, width]` of `extent`.
    /// - Returns: with the size of the file's grid, one channel.
    public func onFileGrid(_ classes: [UInt8]) -> (classes: [UInt8], extent: Extent) {
        var extent = grid.stored
        extent.channels = 1
        return (grid.restore(classes, outside: 0), extent)
    }

    /// The image of one plane in the network's size, `[C, H, W]`.
    public func input(plane: Int) -> [Float] {
        (0..<extent.channels).flatMap { route.apply(to: image.plane(plane, channel: $0, of: extent)) }
    }

    /// One plane for a picture, at native size: grey, or red, green and blue of an image of three channels, with the intensities of
    /// the file, so that colours are the image's own. What the normalisation clips stays clipped.
    public func pictured(plane: Int) -> [[Float]] {
        (extent.channels == 3 ? 0..<3 : 0..<1).map { channel in
            image.plane(plane, channel: channel, of: extent).map(lines[channel].undo)
        }
    }

    /// The labels of one plane at native size, `[rows, columns]`; nil for a case without labels.
    public func nativeLabels(plane: Int) -> [UInt8]? { labels?.plane(plane, of: extent) }

    /// The labels of one plane in the network's size, `[H, W]`; nil for a case without labels.
    public func inputLabels(plane: Int) -> [UInt8]? { nativeLabels(plane: plane).map(route.apply(toLabels:)) }

    /// One plane as a sample of training; nil for a case without labels.
    public func sample(plane: Int) -> PlaneSample? {
        guard let labels = inputLabels(plane: plane) else { return nil }
        return PlaneSample(
            id: SampleID(caseID: id, plane: plane), image: input(plane: plane), labels: labels, channels: extent.channels,
            size: route.inputSize, sourceSize: route.native)
    }
}
