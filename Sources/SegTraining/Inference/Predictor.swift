import DurableFiles
import Foundation
import MedicalImages
import SegData

/// Labels image files and writes the result on their own grids.
public struct Predictor {
    /// An image and the label file to make of it.
    public struct Job: Sendable, Equatable {
        public let image: URL
        public let output: URL
    }

    let model: SegmentationModel
    let reader: CaseReader

    public init(_ model: SegmentationModel) throws {
        self.model = model
        reader = try CaseReader(model.recipe)
    }

    /// What there is to do for a file or a folder of images.
    ///
    /// - Parameter output: a file for a file (or an existing folder to put it into), a folder for a folder; nil puts
    ///   `NAME_labels` beside the image and the files of a folder into a folder of that name.
    /// - Throws: `FileError` for a missing input or a folder without images.
    public static func jobs(input: URL, output: URL?) throws -> [Job] {
        switch FileSystem.kind(of: input) {
        case .missing: throw FileError(input, "cannot be read", reason: "no such file or folder")
        case .file:
            let ending = PredictionFile.ending(for: input)
            guard let output else {
                return [
                    Job(
                        image: input,
                        output: input.deletingLastPathComponent().appending(path: ImageFile.stem(of: input) + "_labels" + ending))
                ]
            }
            let isFolder = FileSystem.kind(of: output) == .folder
            return [Job(image: input, output: isFolder ? output.appending(path: ImageFile.stem(of: input) + ending) : output)]
        case .folder:
            let images = try FileSystem.list(input).filter { ImageFile.isRecognized($0) }
            guard !images.isEmpty else {
                let remark = ForeignFormat.remark(on: try FileSystem.list(input).map(\.lastPathComponent))
                throw FileError(
                    input, "cannot be predicted", reason: "there is no image in this folder\(remark.map { "; \($0)" } ?? "")")
            }
            let folder =
                output
                ?? input.deletingLastPathComponent().appending(
                    path: input.lastPathComponent + "_labels", directoryHint: .isDirectory)
            try FileSystem.makeFolder(folder)
            return images.map {
                Job(image: $0, output: folder.appending(path: ImageFile.stem(of: $0) + PredictionFile.ending(for: $0)))
            }
        }
    }

    /// Reads, predicts, writes.
    ///
    /// - Throws: `ImageFileError`, `CaseError` for an image that does not fit the model; `PredictionFileError` for an output that
    ///   cannot be; `FileError`.
    public func run(_ job: Job, onPlane: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws {
        let prepared = try reader.read(DataCase(id: ImageFile.stem(of: job.image), group: "", images: [job.image], label: nil))
        try prepared.requireChannels(model.network.channelCount, path: job.image.path)
        guard job.output.resolvingSymlinksInPath() != job.image.resolvingSymlinksInPath() else {
            throw PredictionFileError(path: job.output.path, problem: "it is the image itself; name another --output")
        }
        let values = model.configuration.data.classes.map { $0.values[0] }
        try PredictionFile.check(values: values, like: prepared, to: job.output)
        try PredictionFile.write(model.predict(prepared, onPlane: onPlane), values: values, like: prepared, to: job.output)
    }
}
