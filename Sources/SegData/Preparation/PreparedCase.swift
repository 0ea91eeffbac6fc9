import MedicalImages

/// A case in memory at its native size: intensities normalised, labels mapped to classes.
public struct PreparedCase: Sendable {
    public let id: String
    public let group: String
    /// The image's size, with its channels, after cropping.
    public let extent: Extent
    /// The size in the file.
    let fileExtent: Extent
    /// What was cropped to; nil: the whole image.
    let crop: PixelBox?
    /// Where the voxels of the file lie.
    public let geometry: VoxelGeometry?
    /// What the first image file's format said, for predictions that take its grid.
    public let source: ImageSource
    /// `[channels, depth, height, width]`.
    public let image: [Float]
    /// How each channel was normalised.
    let lines: [IntensityNormalization.Line]
    /// Classes and `LabelMap.ignored`, `[depth, height, width]`; nil for a case without labels.
    public let labels: [UInt8]?
    /// What reading the label files decided.
    public let labelNotes: [ImageNote]
    /// The way of its planes to the network and back.
    public let route: PlaneRoute
}

extension PreparedCase {
    /// Classes of this case on the grid of its file, with background where the image was cropped.
    ///
    /// - Parameter classes: `[depth, height, width]`.
    /// - Returns: with the size of the file's grid, one channel.
    public func onFileGrid(_ classes: [UInt8]) -> (classes: [UInt8], extent: Extent) {
        var extent = fileExtent
        extent.channels = 1
        return (crop?.paste(classes, into: extent, around: 0) ?? classes, extent)
    }

    /// The image of one plane in the network's size, `[C, H, W]`.
    public func input(plane: Int, recipe: PlaneRecipe) -> [Float] {
        (0..<extent.channels).flatMap { channel in
            route.apply(to: recipe.axis.plane(plane, channel: channel, of: image, extent: extent))
        }
    }

    /// One plane for a picture, at native size: grey, or red, green and blue of an image of three channels, with the intensities of
    /// the file, so that colours are the image's own. What the normalisation clips stays clipped.
    public func pictured(plane: Int, axis: PlaneAxis) -> [[Float]] {
        (extent.channels == 3 ? 0..<3 : 0..<1).map { channel in
            axis.plane(plane, channel: channel, of: image, extent: extent).map(lines[channel].undo)
        }
    }

    /// The labels of one plane at native size, `[rows, columns]`; nil for a case without labels.
    public func nativeLabels(plane: Int, axis: PlaneAxis) -> [UInt8]? {
        labels.map { axis.plane(plane, of: $0, extent: extent) }
    }

    /// The labels of one plane in the network's size, `[H, W]`; nil for a case without labels.
    public func inputLabels(plane: Int, axis: PlaneAxis) -> [UInt8]? {
        nativeLabels(plane: plane, axis: axis).map(route.apply(toLabels:))
    }

    /// One plane as a sample of training; nil for a case without labels.
    public func sample(plane: Int, recipe: PlaneRecipe) -> PlaneSample? {
        guard let labels = inputLabels(plane: plane, axis: recipe.axis) else { return nil }
        return PlaneSample(
            id: SampleID(caseID: id, plane: plane),
            image: input(plane: plane, recipe: recipe), labels: labels,
            channels: extent.channels, size: route.inputSize, sourceSize: route.native)
    }
}
