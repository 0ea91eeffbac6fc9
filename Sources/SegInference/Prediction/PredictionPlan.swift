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
        let maps: PredictionMaps.Files
        /// Of the labels, where they are DICOM.
        let format: LabelFormat

        public init(_ dataCase: DataCase, output: URL) {
            self.init(dataCase, output: output, maps: .init())
        }

        init(_ dataCase: DataCase, output: URL, maps: PredictionMaps.Files, format: LabelFormat = .nifti) {
            self.dataCase = dataCase
            self.output = output
            self.maps = maps
            self.format = format
        }

        /// Every file of the case that is written, the label file first.
        public var files: [URL] { [output] + maps.all }
    }

    public let jobs: [Job]
    /// Those whose label files are there already and whole.
    public private(set) var done: [Job] = []
    /// Cases that lack files, and which.
    public let leftOut: [UnreadableCase]
    /// Files of the input that are passed over: labels beside their images.
    public let labels: [URL]
    /// To be made before the first output; nil where it is there.
    private let folder: URL?

    /// What there is to do for an image, a folder, a list or a data set.
    ///
    /// - Parameters:
    ///   - output: a file for one image (or a folder to put it into), a folder for several; nil puts `CASE_labels` beside
    ///     the image, and the files of a folder or a list into a folder `NAME_labels` beside it.
    ///   - continues: whether label files that exist are kept and their cases passed over.
    ///   - values: that a label file may hold to be kept; nil: any.
    ///   - format: of the labels of DICOM, where no name decides.
    ///   - part: of the cases, for several machines that share them; nil: all.
    ///   - maps: that are written beside each label file.
    ///   - dataFolder: where the training data lie, which outputs that nobody named must stay out of; nil: unknown.
    ///   - others: files that the call reads besides, which no output may be.
    /// - Throws: `FileError` for outputs that cannot be, and for one that is kept but not whole.
    public init(
        _ source: PredictionInput, output: URL?, overwrite: Bool = false, continues: Bool = false, values: [Int]? = nil,
        part: WorkPart? = nil, format: LabelFormat = .nifti,
        maps: PredictionMaps = PredictionMaps(), outside dataFolder: URL? = nil, reading others: [URL] = []
    ) throws {
        let (input, finding, others) = (source.url, source.finding, others + source.files)
        labels = finding.labels
        leftOut = part?.of(finding.incomplete) ?? finding.incomplete
        var jobs: [Job]
        let isList = ImageGrouping.isList(input)
        // A series of DICOM is one image, though a folder.
        let isImage =
            FileSystem.kind(of: input) == .file && !isList
            || finding.cases.count == 1 && finding.incomplete.isEmpty && finding.cases[0].image.first.path == input.path
        if isImage, let dataCase = finding.cases.first, output.map({ !Self.isFolder($0) }) ?? true {
            let image = dataCase.image.first
            let beside = image.deletingLastPathComponent()
                .appending(path: dataCase.fileName + ImageGrouping.labelSuffix + PredictionFile.ending(for: image, format))
            let output = output ?? beside
            let name = output == beside ? dataCase.fileName : ImageFile.stem(of: output)
            jobs = [
                Job(dataCase, output: output, maps: try maps.files(named: name, beside: output, of: image), format: format)
            ]
            folder = nil
        } else {
            let place =
                output
                ?? input.deletingLastPathComponent().appending(
                    path: ImageFile.stem(of: isList ? input.deletingPathExtension() : input)
                        + ImageGrouping.labelSuffix,
                    directoryHint: .isDirectory)
            jobs = try Self.jobs(finding.cases, in: place, maps, format)
            folder = place
        }
        if output == nil, let dataFolder, let inside = jobs.first(where: { FileSystem.isPlace($0.output, in: dataFolder) }) {
            throw FileError(
                inside.output, "is no place for labels",
                reason:
                    "\(dataFolder.path) holds the data that the model was trained on, where they would be taken for an image or "
                    + "a mask; name another place by --output")
        }
        if let part {
            // All parts are held against each other, so that two machines do not write one file.
            try Self.check(jobs, reading: others + [input], overwrite: true, inFolder: folder != nil)
            jobs = part.of(jobs)
        }
        try Self.check(jobs, reading: others + [input], overwrite: overwrite || continues, inFolder: folder != nil)
        if continues {
            done = try jobs.filter { try $0.isDone(values: values) }
            jobs.removeAll(where: done.contains)
        }
        self.jobs = jobs
    }

    /// A label file for each case of a data set, named after it.
    ///
    /// - Throws: `FileError` for outputs that cannot be.
    public init(_ cases: [DataCase], folder: URL, overwrite: Bool = false, reading others: [URL] = []) throws {
        jobs = try Self.jobs(cases, in: folder, PredictionMaps(), .nifti)
        leftOut = []
        labels = []
        self.folder = folder
        try Self.check(jobs, reading: others, overwrite: overwrite, inFolder: true)
    }

    /// Whether a folder is there, or is meant by a slash at the end of its name.
    private static func isFolder(_ url: URL) -> Bool { FileSystem.kind(of: url) == .folder || url.hasDirectoryPath }

    private static func jobs(
        _ cases: [DataCase], in folder: URL, _ maps: PredictionMaps, _ format: LabelFormat
    ) throws -> [Job] {
        try cases.map { dataCase in
            let image = dataCase.image.first
            let output = folder.appending(path: dataCase.fileName + PredictionFile.ending(for: image, format))
            return Job(
                dataCase, output: output, maps: try maps.files(named: dataCase.fileName, beside: output, of: image),
                format: format)
        }
    }

    private static func check(_ jobs: [Job], reading others: [URL], overwrite: Bool, inFolder: Bool) throws {
        for job in jobs { try PredictionFile.checkName(job.output, of: job.dataCase.image.first) }
        // What stands among the planes of a series is taken for one of them, or takes its place.
        let folders = Set(jobs.flatMap(\.dataCase.files).compactMap(DICOMPlaces.folder))
        for file in jobs.flatMap(\.files) {
            guard let folder = folders.first(where: { FileSystem.isPlace(file, in: $0) }) else { continue }
            throw FileError(
                file, "cannot be written",
                reason: "\(folder.path) holds the series that is labelled; name another place by --output")
        }
        var permissions: OutputFiles.Permissions = overwrite ? [.replacing] : []
        if inFolder { permissions.insert(.makingFolders) }
        let inputs = jobs.flatMap(\.dataCase.files)
        try OutputFiles.check(
            jobs.flatMap { job in job.files.map { .init($0, of: job.dataCase.image.path) } }, inputs: inputs + others, permissions
        )
    }

    /// Removes what a killed call left of the files that are still to be written.
    func removeRemains() {
        for (folder, files) in Dictionary(grouping: jobs.flatMap(\.files), by: { $0.deletingLastPathComponent() }) {
            DurableFile.removeParts(of: Set(files.map(\.lastPathComponent)), in: folder)
        }
    }

    /// Makes the folder of the outputs, where there is to be one.
    ///
    /// - Throws: `FileError` where that cannot be.
    func makeFolder() throws {
        if let folder { try FileSystem.makeFolder(folder) }
    }
}

extension PredictionPlan.Job {
    /// Whether the case's files are there. They appear whole or not at all, the label file last, but it may have been cut short or
    /// replaced since.
    ///
    /// - Parameter values: of the model's classes; nil: any will do.
    /// - Throws: `FileError` for a file that is not whole, does not lie on the image's grid, or holds other values.
    fileprivate func isDone(values: [Int]?) throws -> Bool {
        guard files.allSatisfy({ FileSystem.kind(of: $0) == .file }) else { return false }
        func refused(_ problem: String) -> FileError {
            FileError(output, "cannot be kept", reason: "\(problem); remove it, or add --overwrite in place of --continue")
        }
        do {
            let image = try ImageFile.readInfo(dataCase.image.first)
            let labels = try ImageFile.readLabels(
                output, on: ImageGrid(image.extent, image.geometry, path: dataCase.image.path, trustsHeaders: false))
            try LabelGrid.own.require(
                labels.extent, labels.geometry, at: output.path, asOf: image.extent, image.geometry, dataCase.image.path)
            guard let values else { return true }
            let others = Set(try labels.labelValues()).subtracting(values.compactMap(Int32.init(exactly:))).sorted()
            guard others.isEmpty else {
                let shown = others.prefix(5).map { String($0) }.joined(separator: ", ") + (others.count > 5 ? ", …" : "")
                throw refused("it holds \(shown), and the model's labels are \(values.map(String.init).joined(separator: ", "))")
            }
            return true
        } catch let error as ImageFileError where error.path == output.path {
            throw refused(error.problem)
        }
    }
}
