import DurableFiles
import Foundation

/// Which files and folders are DICOM.
package enum DICOMPlaces {
    static let endings = [".dcm", ".dicom", ".ima"]

    /// The folder in which the files of an image lie that is a folder of DICOM, or of its index; nil for any other image.
    package static func folder(_ image: URL) -> URL? {
        let place = image.withoutSeries
        if FileSystem.kind(of: place) == .folder { return place }
        return isIndex(place) ? place.deletingLastPathComponent() : nil
    }

    /// Whether a place is the index of a DICOM folder.
    package static func isIndex(_ url: URL) -> Bool { FileSystem.kind(of: url) == .file && (try? isDirectory(url)) == true }

    /// Whether a file is the index of a folder, DICOMDIR.
    static func isDirectory(_ url: URL) throws -> Bool {
        guard url.lastPathComponent.uppercased() == "DICOMDIR" else { return false }
        return try InputFile(url).startsAsDICOM()
    }

    static func hasEnding(_ url: URL) -> Bool { url.ending(among: endings) != nil }

    /// Whether a file's name is that of DICOM, or it has no ending, or a number as one, and begins as DICOM does.
    package static func looksLikeImage(_ url: URL) -> Bool {
        guard url.lastPathComponent.uppercased() != "DICOMDIR" else { return false }
        if hasEnding(url) { return true }
        guard url.pathExtension.allSatisfy(\.isNumber), let file = try? InputFile(url) else { return false }
        return (try? file.startsAsDICOM()) == true || (try? file.beginsWithElement()) == true
    }

    /// Whether a file is DICOM, whatever its ending; an index is none.
    static func isImage(_ url: URL) -> Bool {
        looksLikeImage(url)
            || url.lastPathComponent.uppercased() != "DICOMDIR" && (try? InputFile(url).startsAsDICOM()) == true
    }

    /// Whether a place holds DICOM: a file of it, or a folder in which there is one, as far as the first few files tell.
    package static func isPlace(_ url: URL) -> Bool {
        let place = url.withoutSeries
        return switch FileSystem.kind(of: place) {
        case .file: isImage(place) || isIndex(place)
        case .folder: ((try? FileSystem.list(place)) ?? []).prefix(8).contains(where: isPlaceBelow)
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
        FileSystem.kind(of: url) == .folder ? isPlace(url) : looksLikeImage(url) || isIndex(url)
    }
}
