/// The format that an image came from, with its particulars.
public enum ImageSource: Sendable {
    /// NIfTI or ANALYZE, with the header that a label volume on the same grid is written like.
    case nifti(NIfTIHeader)
    /// PNG, JPEG, BMP or TIFF, with the meaning of its samples.
    case picture(PictureInfo)
}
