import Foundation

/// An image in memory: its samples as stored, and what they mean.
public struct MedicalImage: Sendable {
    /// Where the image was read from; errors name it.
    public var path: String
    /// The size of the grid.
    public var extent: Extent
    /// As stored and planar: `[channels, depth, height, width]`, in the host's byte order.
    public var samples: Samples
    /// From stored samples to real values.
    public var scaling: IntensityScaling
    /// Where the voxels lie; nil where the file does not say so (every picture, and NIfTI headers without a usable one).
    public var geometry: VoxelGeometry?
    /// What the file's own format said besides.
    public var source: ImageSource
    /// Whether the last channel is transparency.
    public internal(set) var hasAlpha = false
    /// What a user should be told, once.
    public internal(set) var notes: [ImageNote] = []
}

extension MedicalImage {
    /// Leaves the alpha channel out and notes it.
    mutating func dropAlpha() {
        guard hasAlpha else { return }
        hasAlpha = false
        removeChannels(1, .alphaDropped)
    }

    /// Whether this is a picture of three channels that are equal: a grey one stored as RGB.
    public var isGreyInColour: Bool {
        guard case .picture = source, extent.channels == 3 else { return false }
        return samples.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            let size = bytes.count / 3
            return memcmp(start, start + size, size) == 0 && memcmp(start, start + 2 * size, size) == 0
        }
    }

    /// Leaves out two of three equal channels.
    ///
    /// - Precondition: `isGreyInColour`.
    public mutating func makeGrey() {
        precondition(isGreyInColour, "three equal channels")
        removeChannels(2, .greyInColour)
    }

    private mutating func removeChannels(_ count: Int, _ note: ImageNote) {
        samples.removeLast(count * extent.voxelCount)
        extent.channels -= count
        notes.append(note)
    }
}

/// The format that an image came from, with its particulars.
public enum ImageSource: Sendable {
    /// NIfTI or ANALYZE, with the header that a label volume on the same grid is written like.
    case nifti(NIfTIHeader)
    /// PNG, JPEG, BMP or TIFF, with the meaning of its samples.
    case picture(PictureInfo)
    /// A series or file of DICOM, with what segments on its grid refer to.
    case dicom(DICOMSource)
    /// A segmentation object of DICOM: labels, no image.
    case segmentation
}
