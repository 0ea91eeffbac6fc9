import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import DataSets

/// What is said of data sets that their layouts do not allow.
struct LayoutErrorsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (TemporaryFolder) throws -> Void
        var settings = LayoutSettings()
        let expected: String
    }

    static let rows: [Row] = [
        Row(
            testDescription: "nnU-Net without a channel",
            make: {
                try $0.writeNNUNet()
                try FileManager.default.removeItem(at: $0("imagesTr/p_2_0001.nii.gz"))
            },
            expected:
                "DIR/imagesTr: case 'p_2' has channels _0000; expected 2 as in dataset.json, from _0000, or one file that holds all "
                + "(this one holds 1)"),
        Row(
            testDescription: "nnU-Net without a label",
            make: {
                try $0.writeNNUNet()
                try FileManager.default.removeItem(at: $0("labelsTr/p_2.nii.gz"))
            },
            expected:
                "DIR/imagesTr: 1 image without a label of the same name in DIR/labelsTr: p_2; add the labels or remove the images"
        ),
        Row(
            testDescription: "nnU-Net's fold that is not there", make: { try $0.writeNNUNet() }, settings: .init(fold: 2),
            expected: "DIR/splits_final.json: there is no fold 2; there are 2, counted from 0 (data.fold)"),
        Row(
            testDescription: "nnU-Net's split of other cases",
            make: {
                try $0.writeNNUNet()
                try $0.write(#"[{"train": ["p_1", "p_3"], "val": ["p_2"]}]"#, to: "splits_final.json")
            },
            expected: "DIR/splits_final.json: 1 case not found in DIR/imagesTr: p_3; add the files or remove the rows"),
        Row(
            testDescription: "nnU-Net's region with the background",
            make: {
                try $0.write(
                    #"{"channel_names": {"0": "CT"}, "labels": {"background": 0, "a": [0, 1], "b": [1]}}"#, to: "dataset.json")
            },
            expected: "DIR/dataset.json: region 'a' holds a value of the background, 'background'"),
        Row(
            testDescription: "nnU-Net's labels of the same values",
            make: {
                try $0.write(
                    #"{"channel_names": {"0": "CT"}, "labels": {"background": 0, "a": [2, 1], "b": [1, 2]}}"#, to: "dataset.json")
            },
            expected: "DIR/dataset.json: labels 'a' and 'b' have the same values"),
        Row(
            testDescription: "Decathlon without a file",
            make: {
                try $0.writeDecathlon()
                try FileManager.default.removeItem(at: $0("labelsTr/b_2.nii.gz"))
            }, expected: "DIR/dataset.json: 1 case not found in DIR: b_2; add the files or remove the rows"),
        Row(
            testDescription: "UESTC with another number", make: { try $0.writeUESTC(part: "part2", numbers: [1, 51]) },
            expected: "DIR/part2/image/case_51.nii.gz: no number of part2; expected case_1 to case_50"),
        Row(
            testDescription: "UESTC without the part", make: { try $0.writeUESTC(part: "part2", numbers: [1]) },
            settings: .init(layout: .uestc, task: "part1"),
            expected: "DIR: no part1 with image/ and label/; found part2; data.task is part1, part2 or both"),
        Row(
            testDescription: "EndoVis with another task", make: { try $0.writeEndoVis() }, settings: .init(task: "colour"),
            expected: "DIR: there is no task 'colour'; data.task is binary, parts or type"),
        Row(
            testDescription: "EndoVis without a mask",
            make: {
                try $0.writeEndoVis()
                try FileManager.default.removeItem(at: $0("instrument_dataset_2/ground_truth/Other_labels/frame149.png"))
            },
            expected:
                "DIR/instrument_dataset_2/ground_truth/Other_labels: no mask frame149.png; expected one for each frame"),
        Row(
            testDescription: "EndoVis with a mask of no frame",
            make: {
                try $0.writeEndoVis()
                try FileManager.default.removeItem(at: $0("instrument_dataset_2/left_frames/frame149.png"))
            },
            expected:
                "DIR/instrument_dataset_2/ground_truth/Left_Prograsp_Forceps_labels: 1 label without an image of the same name in "
                + "DIR/instrument_dataset_2/left_frames: frame149.png; add the images or remove the labels"),
        Row(
            testDescription: "EndoVis without any frames",
            make: { try $0.write("", to: "instrument_dataset_3/ground_truth/x/a.png") },
            expected:
                "DIR/instrument_dataset_3: no left_frames in it; expected left_frames/ with the frames and ground_truth/ with a "
                + "folder for each instrument"),
        Row(
            testDescription: "EndoVis with an instrument of no known type",
            make: {
                try $0.writeEndoVis()
                try FileManager.default.moveItem(
                    at: $0("instrument_dataset_2/ground_truth/Other_labels"), to: $0("instrument_dataset_2/ground_truth/Spoon"))
            }, settings: .init(task: "type"),
            expected:
                "DIR/instrument_dataset_2/ground_truth/Spoon: no known type of instrument; expected one of bipolar, prograsp, "
                + "needle_driver, vessel_sealer, grasping_retractor, scissors, other"),
        Row(
            testDescription: "a list with a missing file",
            make: { try $0.write("image,label\na.png,b.png\n", to: "list.csv") },
            expected: "DIR/list.csv:2: no file DIR/a.png"),
        Row(
            testDescription: "a list with a column twice",
            make: { try $0.write("image,label,Image\na.png,b.png,c.png\n", to: "list.csv") },
            expected: "DIR/list.csv:1: two columns are named 'Image'; rename or remove one"),
        Row(
            testDescription: "a list with a case without a name",
            make: {
                try $0.write(gray: [1], width: 1, to: "a.png")
                try $0.write("id,image,label\n,a.png,a.png\n", to: "list.csv")
            }, expected: "DIR/list.csv:2: the name of the case is missing; name it"),
        Row(
            testDescription: "cases without a channel",
            make: {
                try $0.writeCases()
                try FileManager.default.removeItem(at: $0("train/p1/T1c.nii.gz"))
            },
            settings: .init(
                layout: .cases, images: ["<split>/*/Flair.nii.gz", "<split>/*/T1c.nii.gz"], labels: ["<split>/*/Classes.nii.gz"]),
            expected:
                "DIR/<split>/*/T1c.nii.gz: 1 case not in both this and DIR/<split>/*/Flair.nii.gz: train/p1; "
                + "every case has a file for each channel"),
    ]

    @Test(arguments: rows)
    func refuses(_ row: Row) throws {
        let folder = try TemporaryFolder()
        try row.make(folder)
        let message = folder.message { _ = try DataSetFolder(folder.url).open(row.settings) }
        #expect(message == row.expected)
    }
}
