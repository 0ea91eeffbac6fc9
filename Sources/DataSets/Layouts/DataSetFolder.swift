import DurableFiles
import Foundation

/// A folder, or a CSV list, that holds a data set in some layout.
public struct DataSetFolder: Sendable {
    public let root: URL

    /// - Throws: `FileError` unless `root` is a folder or a CSV list.
    public init(_ root: URL) throws {
        let isList = root.pathExtension.lowercased() == "csv" && FileSystem.kind(of: root) != .folder
        if isList { try FileSystem.requireFile(root) } else { try FileSystem.requireFolder(root) }
        self.root = root
    }

    /// Which layout this is, and why: the first of `LayoutName.allCases` that fits, or the one that `settings` names.
    ///
    /// - Throws: `LayoutError` where none fits, with what was looked for; errors of files that describe a data set.
    public func recognize(_ settings: LayoutSettings = LayoutSettings()) throws -> LayoutFinding {
        var made: PatternRecognition?
        /// The files below the folder, listed when first asked for: what a file describes needs no listing. Nil for a CSV list.
        func patterns() throws -> PatternRecognition? {
            if made == nil, FileSystem.kind(of: root) == .folder { made = try PatternRecognition(root, settings: settings) }
            return made
        }
        if settings.layout == nil || settings.layout == .folders, let stated = try patterns()?.stated() { return stated }
        let candidates = settings.layout.map { [$0] } ?? LayoutName.allCases
        for name in candidates {
            if let finding = try recognize(name, settings, patterns) { return finding }
        }
        if let name = settings.layout, let finding = try patterns()?.stated() {
            return LayoutFinding(name, reason: finding.reason, settings: finding.settings)
        }
        let nearest = try patterns().map { NearestLayout($0.index) }
        if let absence = nearest?.absence { throw LayoutError(root, absence) }
        guard let name = settings.layout else {
            throw LayoutError(
                root,
                "no layout fits; \(nearest?.words ?? "it is no list of images and labels"); name the files with data.images and "
                    + "data.labels, or a CSV list with columns image and label")
        }
        throw LayoutError(root, "it does not look like layout '\(name.rawValue)'; leave the layout out to see what it is")
    }

    private func recognize(
        _ name: LayoutName, _ settings: LayoutSettings, _ patterns: () throws -> PatternRecognition?
    ) throws -> LayoutFinding? {
        switch name {
        case .csv: try ListLayout.recognize(root, settings: settings)
        case .nnunet: try NNUNetLayout.recognize(root, settings: settings)
        case .decathlon: try DecathlonLayout.recognize(root, settings: settings)
        case .uestc: UESTCLayout.recognize(root, settings: settings)
        case .endovis: try EndoVisLayout.recognize(root, settings: settings)
        case .objects: try patterns()?.objects()
        case .folders: try patterns()?.folders()
        case .pairs: try patterns()?.pairs()
        case .cases: try patterns()?.cases()
        case .grids: try GridLayout.recognize(root, settings: settings)
        }
    }

    /// The cases, in the layout that `settings` names or that is recognised.
    ///
    /// - Parameter table: a table of splits that the layout is to take instead of its own.
    /// - Throws: `LayoutError`, `DataSetError`, `LayoutError`, `FileError` for files that do not fit together.
    public func open(_ settings: LayoutSettings, table: URL? = nil) throws -> (listing: CaseListing, layout: LayoutName) {
        let isComplete = settings.layout.map { !Self.needsPatterns($0) || !settings.images.isEmpty && !settings.labels.isEmpty }
        let settings = isComplete == true ? settings : try recognize(settings).settings
        let name = settings.layout ?? .folders
        let layout: any CaseLayout =
            switch name {
            case .csv: try ListLayout(root: root)
            case .nnunet: try NNUNetLayout(root: root, description: DataSetDescription(in: root), fold: settings.fold)
            case .decathlon: try DecathlonLayout(root: root, description: DataSetDescription(in: root), fold: settings.fold)
            case .uestc: try UESTCLayout(root: root, task: settings.task)
            case .endovis: try EndoVisLayout(root: root, task: settings.task, overlap: settings.overlaps)
            case .objects, .folders, .pairs, .cases:
                try FolderLayout(
                    root: root, images: settings.images, labels: settings.labels, overlap: settings.overlaps, table: table)
            case .grids: try GridLayout(root: root)
            }
        return (try layout.list(), name)
    }

    private static func needsPatterns(_ name: LayoutName) -> Bool { [.objects, .folders, .pairs, .cases].contains(name) }
}
