import Foundation

/// A format of images that is not read here, by the endings of its names, with the way to one that is.
public struct ForeignFormat: Sendable {
    /// What it is called.
    public let name: String
    /// What to do, as an imperative without a full stop.
    public let remedy: String
    /// In lower case, each with its point.
    let endings: [String]

    /// The format that a file's name tells.
    public init?(_ url: URL) { self.init(named: url.lastPathComponent) }

    private init?(named name: String) {
        let name = name.lowercased()
        guard let format = Self.all.first(where: { $0.endings.contains(where: name.hasSuffix) }) else { return nil }
        self = format
    }

    private init(_ name: String, _ endings: [String], _ remedy: String) {
        (self.name, self.endings, self.remedy) = (name, endings, remedy)
    }

    /// What to say of a folder without a readable image whose files are of such formats; nil where none is.
    ///
    /// - Parameter names: of the folder's files.
    public static func remark(on names: some Sequence<String>) -> String? {
        let formats = Dictionary(grouping: names.compactMap(ForeignFormat.init(named:)), by: \.name)
        let commonest = formats.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        guard let files = commonest?.value, let format = files.first else { return nil }
        return
            "it holds \(files.count) file\(files.count == 1 ? "" : "s") of \(format.name), which \(files.count == 1 ? "is" : "are")"
            + " not read; \(format.remedy)"
    }

    private static let simpleITK =
        "convert to NIfTI, in Python with SimpleITK: sitk.WriteImage(sitk.ReadImage(FILE), \"NAME.nii.gz\")"
    private static let nibabel =
        "save as NIfTI, in Python with nibabel: nib.save(nib.Nifti1Image(array, affine), \"NAME.nii.gz\"), or pictures as PNG"
    private static let picture = "convert to PNG, which loses nothing, with ImageMagick: magick FILE NAME.png"
    private static let unpack = "unpack it"

    static let all = [
        ForeignFormat("NRRD", [".nrrd", ".nhdr"], simpleITK),
        ForeignFormat("MetaImage", [".mha", ".mhd"], simpleITK),
        ForeignFormat("GIPL", [".gipl", ".gipl.gz"], simpleITK),
        ForeignFormat("VTK", [".vtk", ".vti"], simpleITK),
        ForeignFormat("Philips PAR/REC", [".par", ".rec"], "convert to NIfTI: dcm2niix -z y FILE"),
        ForeignFormat("FreeSurfer", [".mgz", ".mgh"], "convert to NIfTI: mri_convert FILE NAME.nii.gz"),
        ForeignFormat("MINC", [".mnc"], "convert to NIfTI: mnc2nii FILE NAME.nii"),
        ForeignFormat(
            "packed NIfTI", [".nii.zst", ".nii.bz2", ".nii.xz", ".nii.zip"], "unpack it to .nii, or pack it with gzip"),
        ForeignFormat("NumPy", [".npy", ".npz"], nibabel),
        ForeignFormat("MATLAB", [".mat"], nibabel),
        ForeignFormat("HDF5", [".h5", ".hdf5", ".hdf"], nibabel),
        ForeignFormat("PyTorch", [".pt", ".pth"], nibabel),
        ForeignFormat("raw numbers", [".raw", ".zraw"], "give the size and type in a header, and " + nibabel),
        ForeignFormat(
            "whole slides", [".svs", ".ndpi", ".mrxs", ".scn", ".bif", ".vms", ".vmu"],
            "export regions or a level as PNG or TIFF, for example with QuPath"),
        ForeignFormat(
            "microscopes", [".czi", ".lif", ".nd2", ".oib", ".oif", ".vsi", ".lsm", ".ims"],
            "export it as TIFF, for example with Fiji (Bio-Formats)"),
        ForeignFormat("GIF", [".gif"], picture),
        ForeignFormat("WebP", [".webp"], picture),
        ForeignFormat("HEIF", [".heic", ".heif", ".avif"], picture),
        ForeignFormat("JPEG 2000", [".jp2", ".j2k", ".jpx", ".j2c"], picture),
        ForeignFormat("JPEG XL", [".jxl"], picture),
        ForeignFormat("Netpbm", [".pgm", ".ppm", ".pbm", ".pnm", ".pfm"], picture),
        ForeignFormat("TGA", [".tga"], picture),
        ForeignFormat("OpenEXR", [".exr"], picture),
        ForeignFormat("Photoshop", [".psd"], picture),
        ForeignFormat("SVG", [".svg"], picture),
        ForeignFormat(
            "films", [".mp4", ".avi", ".mov", ".mkv", ".wmv", ".mpg", ".mpeg", ".webm"],
            "write its frames as PNG: ffmpeg -i FILE frame%05d.png"),
        ForeignFormat("PDF", [".pdf"], "export its pages as PNG: pdftoppm -png FILE NAME"),
        ForeignFormat(
            "archives", [".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst"], unpack),
    ]
}
