import DurableFiles
import Foundation
import MedicalImages

extension ImageGrouping {
    /// The volumes of a DICOM file, of a folder and the folders in it, or of what a DICOMDIR lists; nil for any other place.
    ///
    /// The series of a folder itself is a case of its name; of the folders in it each that holds one is, by its path. A folder
    /// with several volumes is none, until one of them is chosen.
    ///
    /// - Throws: `ImageFileError` where there is no volume, and for other images beside the series; `FileError`.
    func ofDICOM(_ input: URL) throws -> Finding? {
        let place = input.withoutSeries
        guard FileSystem.kind(of: place) != .missing, !Self.isList(place), DICOMPlaces.isPlace(place) else { return nil }
        guard input == place, let base = DICOMPlaces.folder(place) else {
            return Finding(cases: [Self.dataCase(ImageFile.stem(of: place), [input])])
        }
        let others =
            try base == place
            ? FileSystem.list(place).filter { ImageFile.isRecognized($0) && FileSystem.kind(of: $0) == .file } : []
        guard others.isEmpty else { throw ImageFileError.mixed(in: place, with: others) }
        let folder = try DICOMFolder(place)
        guard !folder.images.isEmpty else { throw ImageFileError.noImage(in: place) }
        let byFolder = Dictionary(grouping: folder.images, by: \.folder.standardizedFileURL)
        func name(_ folder: URL) -> String {
            let below = folder.pathComponents.dropFirst(base.standardizedFileURL.pathComponents.count)
            return below.isEmpty ? base.lastPathComponent : below.joined(separator: "_")
        }
        if folder.images.count == 1, folder.unreadable.isEmpty, let only = byFolder.keys.first {
            return Finding(cases: [Self.dataCase(name(only), [place])])
        }
        var finding = Finding()
        for (folder, images) in byFolder {
            if images.count == 1 {
                finding.cases.append(Self.dataCase(name(folder), [folder]))
            } else if byFolder.count == 1 {
                throw ImageFileError.severalImages(in: place, images)
            } else {
                let problem = ImageFileError.severalImages(in: folder, try DICOMFolder(folder).images)
                finding.incomplete.append(UnreadableCase(id: name(folder), problem: "\(problem)"))
            }
        }
        // Folders of which nothing could be read.
        for error in folder.unreadable {
            let folder = URL(filePath: error.path).deletingLastPathComponent().standardizedFileURL
            guard byFolder[folder] == nil, !finding.incomplete.contains(where: { $0.id == name(folder) }) else { continue }
            finding.incomplete.append(UnreadableCase(id: name(folder), problem: "\(error)"))
        }
        finding.cases = finding.cases.sortedAsCounted(by: \.id)
        finding.incomplete.sort { $0.id < $1.id }
        return finding
    }
}
