import DataSets
import DurableFiles
import Foundation
import SegConfiguration

/// What a prediction is to label: an image, a folder or a list of images, or cases of a data set.
public struct PredictionInput: Sendable {
    /// Which cases of a data set.
    public enum Choice: String, Sendable, CaseIterable {
        case train, validation, test, all

        fileprivate var split: Split? { Split(rawValue: rawValue) }
    }

    public let url: URL
    /// The cases, without labels.
    public let finding: ImageGrouping.Finding
    /// What a reader must know of the data set; empty for plain images.
    public let notes: [String]
    /// Every file of the data set, which no output may be; empty for plain images.
    public let files: [URL]

    /// Plain images, grouped as those of the training were.
    ///
    /// - Throws: as `ImageGrouping.cases`.
    public init(_ url: URL, grouping: ImageGrouping) throws {
        self.url = url
        finding = try grouping.cases(at: url)
        notes = []
        files = []
    }

    /// Plain images, or a data set: where a part of one is asked for, and where a folder holds no images itself but is arranged as
    /// the training data were, has a `dataset.json`, or `imagesTs`.
    ///
    /// Cases that the model knows stay in the splits that they had in training. Images of `imagesTs` without labels test. A folder
    /// of which no part is asked for gives all its cases.
    ///
    /// - Parameter choice: the part of a data set; nil: none was named.
    /// - Throws: as `ImageGrouping.cases`, for plain images; as `RunConfiguration.openDataSet`, for a data set;
    ///   `DataSetError.emptySplit`.
    public init(_ url: URL, choice: Choice?, for manifest: Checkpoint.Manifest) throws {
        let grouping = try ImageGrouping(manifest.configuration.data.layoutSettings, channels: manifest.channels)
        if let choice {
            try self.init(dataSet: url, choice, manifest, grouping, inAnyLayout: true)
            return
        }
        do {
            try self.init(url, grouping: grouping)
        } catch let error as FileError where FileSystem.kind(of: url) == .folder {
            guard let found = try Self.ifDataSet(url, manifest, grouping) else {
                guard let finding = try? DataSetFolder(url).recognize() else { throw error }
                throw FileError(
                    url, error.problem,
                    reason: error.reason
                        + "; it looks like a data set in the layout '\(finding.layout.rawValue)', of which --split names "
                        + "the cases: train, validation, test or all")
            }
            self = found
        }
    }

    /// Nil for a folder that is no data set, and for one without cases.
    private static func ifDataSet(
        _ url: URL, _ manifest: Checkpoint.Manifest, _ grouping: ImageGrouping
    ) throws -> PredictionInput? {
        do {
            return try PredictionInput(dataSet: url, .all, manifest, grouping, inAnyLayout: false)
        } catch {
            // What describes itself as a data set is told what is wrong with it.
            guard FileSystem.kind(of: url.appending(path: "dataset.json")) == .file else { return nil }
            throw error
        }
    }

    private init(
        dataSet url: URL, _ choice: Choice, _ manifest: Checkpoint.Manifest, _ grouping: ImageGrouping, inAnyLayout: Bool
    ) throws {
        var (cases, known, notes): ([DataCase], [URL], [String]) = ([], [], [])
        var failure: (any Error)?
        do {
            (cases, known, notes) = try Self.labelled(url, choice.split, manifest, inAnyLayout: inAnyLayout)
        } catch {
            failure = error
        }
        let folders = choice == .all ? ["imagesTr", "imagesTs"] : choice == .test ? ["imagesTs"] : []
        let unlabelled = try grouping.unlabelled(in: url, folders: folders, besides: known)
        guard !cases.isEmpty || !unlabelled.cases.isEmpty || !unlabelled.incomplete.isEmpty else {
            throw failure ?? DataSetError.emptySplit(origin: url.path, split: choice.split ?? .train)
        }
        if let failure, FileSystem.kind(of: url.appending(path: "dataset.json")) == .file { notes.append("\(failure)") }
        var finding = unlabelled
        finding.cases =
            cases.map { DataCase(id: $0.id, group: $0.group, image: $0.image, label: nil) } + unlabelled.cases
        finding.cases = finding.cases.sortedAsCounted(by: \.id)
        self.url = url
        self.finding = finding
        self.notes = notes
        files = known
    }

    /// The cases of a data set that have labels, with all its files.
    private static func labelled(
        _ url: URL, _ split: Split?, _ manifest: Checkpoint.Manifest, inAnyLayout: Bool
    ) throws -> ([DataCase], known: [URL], notes: [String]) {
        func take(_ configuration: RunConfiguration) throws -> ([DataCase], known: [URL], notes: [String]) {
            guard let split else {
                let cases = try configuration.listDataSet(at: url).listing.entries.map(\.dataCase)
                return (cases, cases.flatMap(\.files), [])
            }
            let dataSet = try configuration.openDataSet(at: url, keeping: manifest.splits)
            return (dataSet.count(of: split) > 0 ? try dataSet.cases(of: split) : [], dataSet.files, dataSet.notes)
        }
        do {
            return try take(manifest.configuration)
        } catch {
            let isDescribed = FileSystem.kind(of: url.appending(path: "dataset.json")) == .file
            guard inAnyLayout || isDescribed, let found = try? DataSetFolder(url).recognize() else { throw error }
            var configuration = manifest.configuration
            configuration.data.layout = found.layout
            configuration.data.images = FilePatterns(found.settings.images)
            configuration.data.labels = FilePatterns(found.settings.labels)
            return try take(configuration)
        }
    }
}
