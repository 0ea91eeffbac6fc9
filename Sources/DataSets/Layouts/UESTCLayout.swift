import DurableFiles
import Foundation
import MedicalImages

/// UESTC COVID-19: `part1/{image,label}/case_1…70.nii.gz` and `part2/{image,label}/case_1…50.nii.gz`, labels 0 and 1.
///
/// Cases are split by their numbers, as in the paper. The grid is the image's, because the labels' headers are not reliable.
package struct UESTCLayout: CaseLayout {
    /// A folder `image` and `label`, with the last numbers that train, validate and test.
    package struct Part: Sendable, Hashable {
        package let name: String
        package let bounds: [Int]

        package static let all = [Part(name: "part1", bounds: [40, 55, 70]), Part(name: "part2", bounds: [30, 40, 50])]

        func split(_ number: Int) -> Split? {
            guard number >= 1 else { return nil }
            return zip(bounds, [Split.train, .validation, .test]).first { number <= $0.0 }?.1
        }
    }

    let root: URL
    /// Below the root, or the root itself.
    let parts: [(part: Part, folder: URL)]

    /// - Parameter task: `part1`, `part2` or `both`; nil: all that are there.
    init(root: URL, task: String?) throws {
        self.root = root
        let found = Self.parts(of: root)
        let wanted = task == nil || task == "both" ? found : found.filter { $0.part.name == task }
        guard !wanted.isEmpty, ["part1", "part2", "both", nil].contains(task) else {
            throw LayoutError(
                root,
                "no \(task ?? "part1 or part2") with image/ and label/; found \(found.map(\.part.name).joined(separator: ", "))"
                    + (found.isEmpty ? "nothing" : "") + "; data.task is part1, part2 or both")
        }
        parts = wanted
    }

    private static func parts(of root: URL) -> [(part: Part, folder: URL)] {
        func isPart(_ folder: URL) -> Bool {
            ["image/case_1.nii.gz", "label/case_1.nii.gz"].allSatisfy {
                FileSystem.kind(of: folder.appending(path: $0)) == .file
            }
        }
        let below = Part.all.map { ($0, root.appending(path: $0.name)) }.filter { isPart($0.1) }
        if !below.isEmpty { return below.map { (part: $0, folder: $1) } }
        // A part's own folder tells by its name which it is.
        return Part.all.filter { root.lastPathComponent.lowercased() == $0.name && isPart(root) }.map { (part: $0, folder: root) }
    }

    static func recognize(_ root: URL, settings: LayoutSettings) -> LayoutFinding? {
        let parts = parts(of: root)
        guard let first = parts.first else { return nil }
        // The published volumes are floats, the lung window as 0…1 already; whole numbers are Hounsfield units.
        let info = try? ImageFile.readInfo(first.folder.appending(path: "image/case_1.nii.gz"))
        let isWindowed = info.map { [.float32, .float64].contains($0.voxelType) } ?? false
        return LayoutFinding(
            .uestc,
            reason: parts.map { "\($0.part.name)/{image,label}/case_1.nii.gz" }.joined(separator: " and ")
                + "; cases split by number, label grids taken from the images",
            settings: settings, classes: [.init("background", [0]), .init("lesion", [1])], labelGrid: .fromImage,
            window: isWindowed ? 0...1 : nil)
    }

    package func list() throws -> CaseListing {
        let entries = try parts.flatMap { part, folder in
            try FolderLayout(root: folder, images: ["image"], labels: ["label"]).list().entries.map { entry in
                let old = entry.dataCase
                guard old.id.hasPrefix("case_"), let number = Int(old.id.dropFirst(5)), let split = part.split(number) else {
                    throw LayoutError(old.image.first, "no number of \(part.name); expected case_1 to case_\(part.bounds[2])")
                }
                let id = parts.count > 1 ? "\(part.name)/\(old.id)" : old.id
                return CaseListing.Entry(
                    dataCase: DataCase(id: id, group: id, image: old.image, label: old.label), place: .split(split),
                    paperSplit: split)
            }
        }
        return CaseListing(origin: root.path, entries: entries)
    }
}
