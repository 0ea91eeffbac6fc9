import CaseTestSupport
import DataSets
import DurableFiles
import Foundation
import RunTestSupport
import SegConfiguration
import Testing

@testable import SegInference

/// Data sets as the input of a prediction.
@Suite struct PredictionInputTests {
    /// A data set, what the model knows of its own, and the names of the cases that each part gives.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let write: @Sendable (TemporaryFolder) throws -> Void
        /// Of the model's data set.
        var overrides: [String] = []
        var channels = 1
        /// nil: no part is asked for.
        let finds: [PredictionInput.Choice?: [String]]
        /// Of each case.
        var files = 1
    }

    static let rows = [
        Row(
            testDescription: "nnU-Net, all of it", write: { try $0.writeNNUNet() }, overrides: ["data.layout=nnunet"],
            channels: 2,
            finds: [
                nil: ["p_1", "p_2", "p_10", "q_1"], .train: ["p_1", "p_2"], .validation: ["p_10"], .test: ["q_1"],
                .all: ["p_1", "p_2", "p_10", "q_1"],
            ], files: 2),
        Row(
            testDescription: "nnU-Net, test images without labels",
            write: {
                try $0.writeNNUNet()
                try FileManager.default.removeItem(at: $0("labelsTs"))
            }, overrides: ["data.layout=nnunet"], channels: 2,
            finds: [nil: ["p_1", "p_2", "p_10", "q_1"], .train: ["p_1", "p_2"], .test: ["q_1"]], files: 2),
        Row(
            testDescription: "nnU-Net, images alone",
            write: {
                try $0.writeNNUNet()
                for name in ["labelsTs", "labelsTr", "imagesTr", "dataset.json", "splits_final.json"] {
                    try FileManager.default.removeItem(at: $0(name))
                }
            }, overrides: ["data.layout=nnunet"], channels: 2, finds: [nil: ["q_1"], .test: ["q_1"], .all: ["q_1"]], files: 2),
        Row(
            testDescription: "nnU-Net for a model of another layout", write: { try $0.writeNNUNet() },
            overrides: ["data.layout=csv"], channels: 2,
            finds: [nil: ["p_1", "p_2", "p_10", "q_1"], .train: ["p_1", "p_2"], .test: ["q_1"]], files: 2),
        Row(
            testDescription: "Decathlon",
            write: {
                try $0.writeDecathlon()
                try $0.scan(9, channels: 2, to: "imagesTs/b_9.nii.gz")
            }, overrides: ["data.layout=decathlon"], channels: 2,
            finds: [nil: (1...6).map { "b_\($0)" } + ["b_9"], .all: (1...6).map { "b_\($0)" } + ["b_9"]]),
        Row(
            testDescription: "a folder a case", write: { try $0.writeCases() },
            overrides: [
                "data.layout=cases", "data.images=[\"<split>/*/Flair.nii.gz\", \"<split>/*/T1c.nii.gz\"]",
                "data.labels=[\"<split>/*/Classes.nii.gz\"]",
            ], channels: 2,
            finds: [
                .train: ["train/p1", "train/p2"], .validation: ["validation/p3"], .test: ["test/p4"],
                .all: ["test/p4", "train/p1", "train/p2", "validation/p3"],
            ], files: 2),
        Row(
            testDescription: "videos", write: { try $0.writeEndoVis(videos: [1], frames: [0, 1]) },
            overrides: ["data.layout=endovis", "data.task=binary"], channels: 1,
            finds: [nil: ["video1/frame000", "video1/frame001"]]),
        Row(
            testDescription: "label volumes beside their images", write: { try $0.writeGrids() },
            overrides: ["data.layout=grids"], finds: [.all: ["ct", "mr"]]),
    ]

    private func input(_ folder: TemporaryFolder, _ row: Row, _ choice: PredictionInput.Choice?) throws -> PredictionInput {
        let configuration = try TinyRun.configuration(row.overrides)
        return try PredictionInput(
            folder.url, choice: choice, for: TinyCheckpoint.manifest(configuration, channels: row.channels))
    }

    @Test(arguments: rows)
    func aDataSetGivesItsCases(_ row: Row) throws {
        let folder = try TemporaryFolder()
        try row.write(folder)
        for (choice, names) in row.finds {
            let cases = try input(folder, row, choice).finding.cases
            let part = choice?.rawValue ?? "no part"
            #expect(cases.map(\.id) == names, "\(part)")
            #expect(cases.allSatisfy { $0.label == nil && $0.image.files.count == row.files }, "\(part)")
        }
    }

    @Test func anEmptyPartIsTold() throws {
        let folder = try TemporaryFolder()
        try folder.writeNNUNet()
        for name in ["labelsTs", "imagesTs"] { try FileManager.default.removeItem(at: folder(name)) }
        let message = folder.message { _ = try input(folder, Self.rows[0], .test) }
        #expect(message.hasPrefix("DIR") && message.contains("test"), "\(message)")
    }

    @Test func labelsOfADataSetAreNoOutputs() throws {
        let folder = try TemporaryFolder()
        try folder.writeNNUNet()
        let source = try input(folder, Self.rows[0], .train)
        let message = folder.message {
            _ = try PredictionPlan(source, output: folder("labelsTr"), overwrite: true)
        }
        #expect(message == "DIR/labelsTr/p_1.nii.gz cannot be written: it is an input of this command; name another --output")
        let plan = try PredictionPlan(source, output: folder("out"))
        #expect(plan.jobs.map(\.output.lastPathComponent) == ["p_1.nii.gz", "p_2.nii.gz"])
    }

    /// Where the layout is not the training's, a part has to be asked for.
    @Test func aDataSetOfAnotherLayoutSaysHowItIsLabelled() throws {
        let folder = try TemporaryFolder()
        try folder.writeCases()
        let manifest = try TinyCheckpoint.manifest(TinyRun.configuration(["data.layout=csv"]), channels: 2)
        let message = folder.message {
            _ = try PredictionInput(folder.url, choice: nil, for: manifest)
        }
        #expect(
            message
                == "DIR cannot be predicted: there is no image in this folder; the first below it are in DIR/test/p4; it looks like "
                + "a data set in the layout 'cases', of which --split names the cases: train, validation, test or all")
        let all = try PredictionInput(folder.url, choice: .all, for: manifest)
        #expect(all.finding.cases.count == 4)
    }

    @Test func aFolderWithoutImagesSaysWhereTheyAre() throws {
        let folder = try TemporaryFolder()
        try folder.scan(1, to: "top/scans/a.nii.gz")
        let configuration = try TinyRun.configuration()
        let message = folder.message {
            _ = try PredictionInput(folder("top"), choice: nil, for: TinyCheckpoint.manifest(configuration))
        }
        #expect(
            message == "DIR/top cannot be predicted: there is no image in this folder; the first below it are in DIR/top/scans")
    }
}
