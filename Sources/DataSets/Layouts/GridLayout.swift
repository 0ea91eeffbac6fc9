import DurableFiles
import Foundation
import MedicalImages

/// Label volumes in one folder with the images they were drawn on, found by their grids: each has exactly one image of the same
/// size, spacing and place.
struct GridLayout: CaseLayout {
    let root: URL
    private let pairs: [(image: URL, label: URL)]

    /// - Throws: `LayoutError` where no label has an image of its own.
    init(root: URL) throws {
        self.root = root
        pairs = try Self.pairs(in: root)
        guard !pairs.isEmpty else { throw LayoutError(root, "no label volume with exactly one image on the same grid") }
    }

    private static func pairs(in root: URL) throws -> [(image: URL, label: URL)] {
        guard FileSystem.kind(of: root) == .folder else { return [] }
        let files = try FileSystem.list(root).filter { ImageFile.isRecognized($0) && FileSystem.kind(of: $0) == .file }
        // Comparing contents is for a handful of volumes, not for a data set.
        guard (2...64).contains(files.count) else { return [] }
        let infos = files.compactMap { url in
            (try? ImageFile.readInfo(url)).flatMap { info in info.geometry.map { (url: url, extent: info.extent, geometry: $0) } }
        }
        let labels = Set(infos.filter { LabelGuess.isLabels($0.url) }.map(\.url))
        return infos.filter { labels.contains($0.url) }.compactMap { label in
            let images = infos.filter {
                !labels.contains($0.url) && $0.extent == label.extent && $0.geometry.isClose(to: label.geometry)
            }
            return images.count == 1 ? (images[0].url, label.url) : nil
        }
    }

    static func recognize(_ root: URL, settings: LayoutSettings) throws -> LayoutFinding? {
        let pairs = try pairs(in: root)
        guard !pairs.isEmpty else { return nil }
        let names = pairs.map { "\($0.label.lastPathComponent) on \($0.image.lastPathComponent)" }
        return LayoutFinding(
            .grids, reason: "label volumes on the grid of exactly one image: \(names.joined(separator: ", "))", settings: settings
        )
    }

    func list() throws -> CaseListing {
        let doubled = Dictionary(grouping: pairs, by: \.image).first { $0.value.count > 1 }
        if let doubled {
            throw LayoutError(
                doubled.key,
                "several label volumes lie on its grid: "
                    + doubled.value.map(\.label.lastPathComponent).joined(separator: ", ") + "; name pairs in a CSV list")
        }
        return CaseListing(
            origin: root.path,
            entries: pairs.map { image, label in
                let name = ImageFile.stem(of: image)
                return .init(dataCase: DataCase(id: name, group: name, image: ImageLocation(image), label: label), place: .open)
            })
    }
}
