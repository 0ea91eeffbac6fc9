import DurableFiles
import Foundation

/// Reads DICOM: a file of one or more frames, or a folder of planes, as the volume that its positions make.
///
/// Planes are ordered by where they lie, the spacing between them is that of their positions, and a sheared grid keeps its shear.
/// No attribute that names or dates a patient is read.
///
/// Source: DICOM PS3.3, C.7.6.2 (image plane) and C.7.6.16 (functional groups).
enum DICOMImages: ImageFormat {
    static let endings = DICOMPlaces.endings

    static func read(_ url: URL) throws -> MedicalImage {
        let place = url.withoutSeries
        if let segmentation = try segmentation(at: place) { return try segmentation.image() }
        let volume = try volume(at: url)
        return try volume.image(path: place.path)
    }

    static func readInfo(_ url: URL) throws -> ImageInfo {
        if let segmentation = try segmentation(at: url.withoutSeries) { return try segmentation.info() }
        return try volume(at: url).info
    }

    /// The object of segments that a file is; nil for anything else.
    static func segmentation(at url: URL) throws -> DICOMSegmentation? {
        guard FileSystem.kind(of: url) == .file, DICOMPlaces.isImage(url) else { return nil }
        let file = try DICOMFile(url)
        let header = try DICOMHeader(file)
        return header.isSegmentation ? try DICOMSegmentation(file, header) : nil
    }

    /// Whether a file is an object of segments, by its header alone.
    static func isSegmentation(_ url: URL) throws -> Bool {
        try FileSystem.kind(of: url) == .file && DICOMPlaces.isImage(url) && DICOMHeader(url).isSegmentation
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
