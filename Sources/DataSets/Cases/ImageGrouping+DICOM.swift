import DurableFiles
import Foundation
import MedicalImages

extension ImageGrouping {
    /// The volumes of a DICOM file, of a folder without other images and the folders in it, or of what a DICOMDIR lists; nil for
    /// any other place.
    ///
    /// A folder of one series is a case of its name. Of several folders each is one; a folder with several volumes is none, until
    /// one of them is chosen.
    ///
    /// - Throws: `ImageFileError` where there is no volume; `FileError`.
    func ofDICOM(_ input: URL) throws -> Finding? {
        let place = input.withoutSeries
        let kind = FileSystem.kind(of: place)
        guard kind != .missing, !Self.isList(place), DICOM.isPlace(place) else { return nil }
        if kind == .folder,
            try FileSystem.list(place).contains(where: { ImageFile.isRecognized($0) && FileSystem.kind(of: $0) == .file })
        {
            return nil
        }
        let name = ImageFile.stem(of: place)
        guard input == place, kind == .folder || place.lastPathComponent.uppercased() == "DICOMDIR" else {
            return Finding(cases: [Self.dataCase(name, [input])])
        }
        let volumes = try DICOMFolder(place).images
        guard volumes.count != 1 else { return Finding(cases: [Self.dataCase(name, [place])]) }
        guard !volumes.isEmpty else {
            throw ImageFileError.noImage(in: place)
        }
        var finding = Finding()
        let byFolder = Dictionary(grouping: volumes, by: \.folder)
        guard byFolder.count > 1 else {
            throw ImageFileError.severalImages(in: place, volumes)
        }
        let names = Dictionary(grouping: byFolder.keys, by: \.lastPathComponent)
        for (folder, volumes) in byFolder {
            let isOnly = names[folder.lastPathComponent]?.count == 1
            let id =
                isOnly
                ? folder.lastPathComponent : folder.pathComponents.dropFirst(place.pathComponents.count).joined(separator: "_")
            if volumes.count > 1 {
                let problem = ImageFileError.severalImages(in: folder, volumes)
                finding.incomplete.append(UnreadableCase(id: id, problem: "\(problem)"))
            } else {
                finding.cases.append(Self.dataCase(id, [folder]))
            }
        }
        finding.cases = finding.cases.sortedAsCounted(by: \.id)
        finding.incomplete.sort { $0.id < $1.id }
        return finding
    }
}
