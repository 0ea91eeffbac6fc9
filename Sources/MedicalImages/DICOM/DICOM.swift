import DurableFiles
import Foundation

/// Reads DICOM through GDCM: a file of one or more frames, or a folder of planes, as the volume that its positions make.
///
/// Planes are ordered by where they lie, the spacing between them is that of their positions, and a sheared grid keeps its shear.
/// No attribute that names or dates a patient is read.
///
/// Source: DICOM PS3.3, C.7.6.2 (image plane) and C.7.6.16 (functional groups).
public enum DICOM: ImageFormat {
    static let endings = [".dcm", ".dicom", ".ima"]

    public static func read(_ url: URL) throws -> MedicalImage {
        let place = url.withoutSeries
        if let segmentation = try segmentation(at: place) { return try segmentation.image() }
        let volume = try volume(at: url)
        return try volume.image(path: place.path)
    }

    public static func readInfo(_ url: URL) throws -> ImageInfo {
        if let segmentation = try segmentation(at: url.withoutSeries) { return try segmentation.info() }
        return try volume(at: url).info
    }

    /// The object of segments that a file is; nil for anything else.
    static func segmentation(at url: URL) throws -> DICOMSegmentation? {
        guard FileSystem.kind(of: url) == .file, looksLikeImage(url), try DICOMHeader(url).isSegmentation else { return nil }
        return try DICOMSegmentation(url)
    }

    /// The volume that a place names.
    ///
    /// - Throws: `ImageFileError` where it is none, or where several could be meant.
    static func volume(at url: URL) throws -> DICOMVolume {
        let folder = try DICOMFolder(url)
        func refused(_ problem: String, _ advice: String) -> ImageFileError {
            ImageFileError(folder.url, .unsupported, problem, advice: advice)
        }
        let part: DICOMSeries.Part
        if let name = url.seriesName {
            part = try folder.part(named: name)
        } else {
            let images = folder.images
            guard let first = images.first else { throw ImageFileError.noImage(in: folder.url) }
            guard images.count == 1 else { throw ImageFileError.severalImages(in: folder.url, images) }
            part = first
        }
        // A file that cannot be read may be a plane of it.
        let folders = Set(part.files.map { $0.deletingLastPathComponent().path })
        let beside = folder.unreadable.filter { folders.contains(URL(filePath: $0.path).deletingLastPathComponent().path) }
        if let first = beside.first {
            throw refused(
                "\(beside.count) of the files beside it cannot be read (\(first))",
                "mend or remove what does not belong to the series")
        }
        switch part.volume {
        case .success(let volume): return volume
        case .failure(let refusal): throw refused(refusal.problem, refusal.advice)
        }
    }

    static func hasEnding(_ url: URL) -> Bool { url.ending(among: endings) != nil }

    /// Whether a file is the index of a folder, DICOMDIR.
    static func isDirectory(_ url: URL) throws -> Bool {
        guard url.lastPathComponent.uppercased() == "DICOMDIR" else { return false }
        return try InputFile(url).startsAsDICOM()
    }

    /// The folder in which the files of an image lie that is a folder of DICOM, or of its index; nil for any other image.
    package static func folder(_ image: URL) -> URL? {
        let place = image.withoutSeries
        if FileSystem.kind(of: place) == .folder { return place }
        return isIndex(place) ? place.deletingLastPathComponent() : nil
    }

    /// Whether a place is the index of a DICOM folder.
    package static func isIndex(_ url: URL) -> Bool { FileSystem.kind(of: url) == .file && (try? isDirectory(url)) == true }

    /// Whether a file's name is that of DICOM, or it has none of any format and begins as DICOM does.
    package static func looksLikeImage(_ url: URL) -> Bool {
        let name = url.lastPathComponent
        guard name.uppercased() != "DICOMDIR" else { return false }
        if hasEnding(url) { return true }
        guard !ImageFile.isRecognized(url), ForeignFormat(url) == nil else { return false }
        guard let file = try? InputFile(url) else { return false }
        return (try? file.startsAsDICOM()) == true || url.pathExtension.isEmpty && (try? file.beginsWithElement()) == true
    }

    /// Whether a place holds DICOM: a file of it, or a folder in which there is one, as far as the first few files tell.
    package static func isPlace(_ url: URL) -> Bool {
        switch FileSystem.kind(of: url.withoutSeries) {
        case .file: looksLikeImage(url.withoutSeries) || (try? isDirectory(url.withoutSeries)) == true
        case .folder: ((try? FileSystem.list(url.withoutSeries)) ?? []).prefix(8).contains { isPlaceBelow($0) }
        case .missing: false
        }
    }

    /// Whether the files in a folder itself are planes of one series, as far as the first two tell; images of several frames, and
    /// segmentation objects, stand for themselves.
    package static func folderIsSeries(_ folder: URL) -> Bool {
        let files = ((try? FileSystem.list(folder)) ?? []).filter { FileSystem.kind(of: $0) == .file }
        let headers = files.lazy.filter(looksLikeImage).prefix(2).compactMap { try? DICOMHeader($0) }
        guard let first = headers.first, !first.isSegmentation, first.planes.count == 1 else { return false }
        return headers.allSatisfy { $0.series == first.series }
    }

    private static func isPlaceBelow(_ url: URL) -> Bool {
        FileSystem.kind(of: url) == .folder ? isPlace(url) : looksLikeImage(url) || (try? isDirectory(url)) == true
    }
}

extension ImageFileError {
    package static func noImage(in folder: URL) -> ImageFileError {
        ImageFileError(
            folder, .unsupported, "its DICOM files hold no image",
            advice: "give a series of images; segmentation objects are labels")
    }

    package static func mixed(in folder: URL, with others: [URL]) -> ImageFileError {
        ImageFileError(
            folder, .unsupported,
            "it holds DICOM and \(others.count) other image\(others.count == 1 ? "" : "s"), such as \(others[0].lastPathComponent)",
            advice: "give them one by one, or name a series by --series")
    }

    package static func severalImages(in folder: URL, _ images: [DICOMSeries.Part]) -> ImageFileError {
        let shown = images.prefix(6).map { "\($0.name) (\($0.extent.sizeText))" }.joined(separator: ", ")
        return ImageFileError(
            folder, .unsupported, "it holds \(images.count) images: \(shown)" + (images.count > 6 ? ", …" : ""),
            advice: "choose one by --series; `marginseg inspect` lists them")
    }
}

/// The series that an image was read from, for what is written on its grid.
public struct DICOMSource: Sendable {
    let volume: DICOMVolume

    init(_ volume: DICOMVolume) { self.volume = volume }

    /// The header of a NIfTI volume on the same grid.
    package var niftiHeader: NIfTIHeader {
        NIfTIHeader(
            extent: volume.extent, voxelType: .uint8, geometry: volume.geometry ?? VoxelGeometry(spacing: [1, 1, 1]))
    }
}
