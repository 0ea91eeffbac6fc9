import DataSets
import DurableFiles
import Foundation
import MedicalImages
import Sampling

/// The label files that a call will write: planned as a whole, and checked before anything is read, computed or written.
///
/// No two outputs are one file, none is an input, none is there already (unless it may be replaced), and each has a folder that
/// can take it.
public struct PredictionPlan: Sendable {
    /// A case and the label file to make of it.
    public struct Job: Sendable, Equatable {
        public let dataCase: DataCase
        public let output: URL

        public init(_ dataCase: DataCase, output: URL) {
            self.dataCase = dataCase
            self.output = output
        }
    }

    public let jobs: [Job]
    /// Cases that lack files, and which.
    public let leftOut: [UnreadableCase]
    /// Files of the input that are passed over: labels beside their images.
    public let labels: [URL]
    /// To be made before the first output; nil where it is there.
    private let folder: URL?

    /// What there is to do for an image, a folder of images or a CSV list.
    ///
    /// - Parameters:
    ///   - output: a file for one image (or a folder to put it into), a folder for several; nil puts `CASE_labels` beside
    ///     the image, and the files of a folder into a folder `NAME_labels` beside it.
    ///   - grouping: which files are one case, as in training.
    ///   - dataFolder: where the training data lie, which outputs that nobody named must stay out of; nil: unknown.
    ///   - others: files that the call reads besides, which no output may be.
    /// - Throws: `FileError` for an input that is missing or holds no image, and for outputs that cannot be; `LayoutError` for an
    ///   image whose case is not whole; `LayoutError`.
    public init(
        input: URL, output: URL?, grouping: ImageGrouping, overwrite: Bool = false, outside dataFolder: URL? = nil,
        reading others: [URL] = []
    ) throws {
        let finding = try grouping.cases(at: input)
        labels = finding.labels
        leftOut = finding.incomplete
        let isImage = FileSystem.kind(of: input) == .file && input.pathExtension.lowercased() != "csv"
        if isImage, let dataCase = finding.cases.first, output.map({ !Self.isFolder($0) }) ?? true {
            let image = dataCase.image.first
            let beside = image.deletingLastPathComponent()
                .appending(path: dataCase.fileName + ImageGrouping.labelSuffix + PredictionFile.ending(for: image))
            jobs = [Job(dataCase, output: output ?? beside)]
            folder = nil
        } else {
            let place =
                output
                ?? input.deletingLastPathComponent().appending(
                    path: ImageFile.stem(of: input.pathExtension == "csv" ? input.deletingPathExtension() : input)
                        + ImageGrouping.labelSuffix,
                    directoryHint: .isDirectory)
            jobs = Self.jobs(finding.cases, in: place)
            folder = place
        }
        if output == nil, let dataFolder, let inside = jobs.first(where: { FileSystem.isPlace($0.output, in: dataFolder) }) {
            throw FileError(
                inside.output, "is no place for labels",
                reason:
                    "\(dataFolder.path) holds the data that the model was trained on, where they would be taken for an image or "
                    + "a mask; name another place by --output")
        }
        try Self.check(jobs, reading: others + [input], overwrite: overwrite, inFolder: folder != nil)
    }

    /// A label file for each case of a data set, named after it.
    ///
    /// - Throws: `FileError` for outputs that cannot be.
    public init(_ cases: [DataCase], folder: URL, overwrite: Bool = false, reading others: [URL] = []) throws {
        jobs = Self.jobs(cases, in: folder)
        leftOut = []
        labels = []
        self.folder = folder
        try Self.check(jobs, reading: others, overwrite: overwrite, inFolder: true)
    }

    /// Whether a folder is there, or is meant by a slash at the end of its name.
    private static func isFolder(_ url: URL) -> Bool { FileSystem.kind(of: url) == .folder || url.hasDirectoryPath }

    private static func jobs(_ cases: [DataCase], in folder: URL) -> [Job] {
        cases.map { Job($0, output: folder.appending(path: $0.fileName + PredictionFile.ending(for: $0.image.first))) }
    }

    private static func check(_ jobs: [Job], reading others: [URL], overwrite: Bool, inFolder: Bool) throws {
        for job in jobs { try PredictionFile.checkName(job.output, of: job.dataCase.image.first) }
        var permissions: OutputFiles.Permissions = overwrite ? [.replacing] : []
        if inFolder { permissions.insert(.makingFolders) }
        let inputs = jobs.flatMap(\.dataCase.files)
        try OutputFiles.check(
            jobs.map { .init($0.output, of: $0.dataCase.image.path) }, inputs: inputs + others, permissions)
    }

    /// Makes the folder of the outputs, where there is to be one.
    ///
    /// - Throws: `FileError` where that cannot be.
    func makeFolder() throws {
        if let folder { try FileSystem.makeFolder(folder) }
    }
}
