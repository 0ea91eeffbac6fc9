import DataSets
import MedicalImages

/// A case in memory at its native size: intensities normalised, labels mapped to classes.
public struct PreparedCase: Sendable {
    /// The files that it comes from.
    public let dataCase: DataCase
    /// From its file to its planes.
    public let grid: CaseGrid
    /// What the first image file's format said, for predictions that take its grid.
    public let source: ImageSource
    /// `[channels, depth, height, width]` of `extent`.
    public let image: CaseImage
    /// Classes and `LabelMap.ignored`, `[depth, height, width]` of `extent`; nil for a case without labels.
    public let labels: [UInt8]?
    /// What reading the label files decided.
    public let labelNotes: [ImageNote]

    public var id: String { dataCase.id }
    public var group: String { dataCase.group }
    /// The image's size, with its channels: `depth` planes.
    public var extent: Extent { grid.extent }
    /// How its samples get to the network and back.
    public var route: GridRoute { grid.route }
}

extension PreparedCase {
    /// Classes of this case on the grid of its file, with background where the image was cropped.
    ///
    /// - Parameter classes: `[depth, height, width]` of `extent`.
    /// - Returns: with the size of the file's grid, one channel.
    public func onFileGrid(_ classes: [UInt8]) -> (classes: [UInt8], extent: Extent) {
        (grid.onFileGrid(classes, outside: 0), grid.storedPlain)
    }

    /// - Parameter path: the file, for the message.
    /// - Throws: `CaseError.channels` for another number of channels than a network was made for.
    public func requireChannels(_ expected: Int, path: String) throws {
        guard extent.channels == expected else {
            throw CaseError.channels(path: path, found: extent.channels, expected: expected, reason: "as in training")
        }
    }

    /// One plane for a picture, at native size: grey, or red, green and blue of an image of three channels, with the intensities of
    /// the file, so that colours are the image's own. What the normalisation clips stays clipped.
    public func pictured(plane: Int) -> [[Float]] {
        (extent.channels == 3 ? 0..<3 : 0..<1).map { channel in
            let voxels = plane * extent.planeSize..<(plane + 1) * extent.planeSize
            return image.clipped(voxels, channel: channel)
        }
    }

    /// The labels of one sample at native size; nil for a case without labels.
    public func nativeLabels(_ sample: Int) -> [UInt8]? { labels.map { Array($0[grid.voxels(ofSample: sample)]) } }

    /// The labels of one sample in the network's size, `[(D,) H, W]`; nil for a case without labels.
    public func inputLabels(_ sample: Int) -> [UInt8]? { nativeLabels(sample).map(route.apply(toLabels:)) }

    /// A sample for training; nil for a case without labels.
    public func sample(_ number: Int) -> Sample? {
        guard let labels = inputLabels(number) else { return nil }
        return Sample(
            id: SampleID(caseID: id, plane: route.native.dimensions == 3 ? nil : number), image: input(number).whole,
            labels: labels,
            channels: extent.channels, size: route.inputSize, sourceSize: route.native)
    }
}

extension CaseGrid {
    /// The file's grid with one channel.
    package var storedPlain: Extent {
        var extent = stored
        extent.channels = 1
        return extent
    }

    /// Values of one channel, `[depth, height, width]` of `extent`, on the grid of the file.
    ///
    /// - Parameter outside: what stands where the image was cropped.
    package func onFileGrid<Value>(_ values: [Value], outside: Value) -> [Value] { restore(values, outside: outside) }
}
