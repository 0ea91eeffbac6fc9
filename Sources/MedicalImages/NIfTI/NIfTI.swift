import Foundation

/// Reads and writes NIfTI-1 and NIfTI-2: `.nii`, `.nii.gz`, and pairs of `.hdr` and `.img`; reads ANALYZE 7.5 pairs.
///
/// Gzip is known by content, not by name. Fourth and fifth dimensions become channels, and so do the colours of RGB24 and
/// RGBA32.
public enum NIfTI: ImageFormat {
    static let endings = [".nii", ".nii.gz", ".hdr", ".hdr.gz"] + companionEndings
    static let companionEndings = [".img", ".img.gz"]

    public static func read(_ url: URL) throws -> MedicalImage {
        let file = try NIfTIFile(url)
        let header = file.header
        let samples = try Samples.read(
            header.voxelType, count: file.extent.sampleCount, byteOrder: header.byteOrder, from: file.voxels)
        try file.voxels.finish()
        return MedicalImage(
            path: url.path, extent: file.extent, samples: samples.rearranged(by: Deinterleaving(channels: header.components)),
            scaling: header.scaling, geometry: header.geometry, source: .nifti(header), hasAlpha: header.components == 4,
            notes: header.notes)
    }

    public static func readInfo(_ url: URL) throws -> ImageInfo {
        let file = try NIfTIFile(url)
        let header = file.header
        return ImageInfo(
            format: header.isAnalyze ? "ANALYZE 7.5" : "NIfTI-\(header.version.rawValue)", extent: file.extent,
            voxelType: header.voxelType, scaling: header.scaling,
            geometry: header.geometry, hasAlpha: header.components == 4, notes: header.notes)
    }
}
