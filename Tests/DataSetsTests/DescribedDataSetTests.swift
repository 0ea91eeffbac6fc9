import CaseTestSupport
import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import DataSets

/// What `dataset.json` says is read whole: every entry becomes a case, or an error that names it.
struct DescribedDataSetTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var description = ""
        /// Empty files, since the layouts open none of them.
        var files: [String] = []
        var make: @Sendable (TemporaryFolder) throws -> Void = { _ in }
        var settings = LayoutSettings()
        /// `id split: image + image -> label`; the split is `open` where the data set does not say.
        var cases: [String] = []
        var notes: [String] = []
        var classes: [String]?
    }

    private static func pairs(_ names: [String], suffix: String = "") -> [String] {
        names.flatMap { ["imagesTr/\($0)\(suffix).nii.gz", "labelsTr/\($0).nii.gz"] }
    }

    private static let labels = #""labels": {"0": "background", "1": "a"}"#

    static let rows: [Row] = [
        Row(
            testDescription: "a row for each channel of a label is one case",
            description: """
                {"modality": {"0": "T1", "1": "T2"}, \(labels), "training": [
                 {"image": "./imagesTr/a_0001.nii.gz", "label": "./labelsTr/a.nii.gz"},
                 {"image": "./imagesTr/a_0000.nii.gz", "label": "./labelsTr/a.nii.gz"},
                 {"image": "./imagesTr/b_0000.nii.gz", "label": "./labelsTr/b.nii.gz"},
                 {"image": "./imagesTr/b_0001.nii.gz", "label": "./labelsTr/b.nii.gz"}]}
                """,
            files: pairs(["a", "b"], suffix: "_0000") + pairs(["a", "b"], suffix: "_0001"),
            cases: ["a open: a_0000 + a_0001 -> a", "b open: b_0000 + b_0001 -> b"],
            notes: ["dataset.json: its 4 rows are 2 cases: rows that share a label file are its channels _0000, _0001, …"],
            classes: ["background", "a"]),
        Row(
            testDescription: "MONAI's channels, validation and labelled test, and no labels",
            description: """
                {"training": [{"image": ["x/p1_t1.nii.gz", "x/p1_t2.nii.gz"], "label": "x/p1_seg.nii.gz"}],
                 "validation": [{"image": ["x/p2_t1.nii.gz", "x/p2_t2.nii.gz"], "label": ["x/p2_seg.nii.gz"]}],
                 "testing": [{"image": ["x/p3_t1.nii.gz", "x/p3_t2.nii.gz"], "label": "x/p3_seg.nii.gz"}, {"image": "x/no.nii.gz"}]}
                """,
            files: ["p1", "p2", "p3"].flatMap { ["x/\($0)_t1.nii.gz", "x/\($0)_t2.nii.gz", "x/\($0)_seg.nii.gz"] },
            cases: [
                "p1 train: p1_t1 + p1_t2 -> p1_seg", "p2 validation: p2_t1 + p2_t2 -> p2_seg",
                "p3 test: p3_t1 + p3_t2 -> p3_seg",
            ],
            notes: ["dataset.json: 1 of 2 test cases have no labels and are left out"]),
        Row(
            testDescription: "MONAI's folds",
            description: """
                {"labels": ["background", "liver"], "training": [
                 {"fold": 0, "image": "imagesTr/a.nii.gz", "label": "labelsTr/a.nii.gz"},
                 {"fold": 1, "image": "imagesTr/b.nii.gz", "label": "labelsTr/b.nii.gz"}]}
                """, files: pairs(["a", "b"]), settings: LayoutSettings(fold: 1),
            cases: ["a train: a -> a", "b validation: b -> b"], classes: ["background", "liver"]),
        Row(
            testDescription: "paths from Windows",
            description: #"{"training": [{"image": ".\\imagesTr\\a.nii.gz", "label": "labelsTr\\a.nii.gz"}]}"#,
            files: pairs(["a"]), cases: ["a open: a -> a"]),
        Row(
            testDescription: "equal names in several folders",
            description: """
                {\(labels), "training": [
                 {"image": "p1/t1.nii.gz", "label": "p1/seg.nii.gz"}, {"image": "p2/t1.nii.gz", "label": "p2/seg.nii.gz"}]}
                """, files: ["p1/t1.nii.gz", "p1/seg.nii.gz", "p2/t1.nii.gz", "p2/seg.nii.gz"],
            cases: ["p1/t1 open: t1 -> seg", "p2/t1 open: t1 -> seg"], classes: ["background", "a"]),
        Row(
            testDescription: "nnU-Net's version 1: the list says X, the files are X_0000",
            description: """
                {"modality": {"0": "T1", "1": "T2"}, \(labels), "numTraining": 5,
                 "training": [{"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"}],
                 "test": ["./imagesTs/t.nii.gz", "./imagesTs/u.nii.gz"]}
                """,
            files: pairs(["a"], suffix: "_0000") + pairs(["a"], suffix: "_0001")
                + ["imagesTs/t_0000.nii.gz", "imagesTs/t_0001.nii.gz", "labelsTs/t.nii.gz", "imagesTs/u_0000.nii.gz"],
            cases: ["a open: a_0000 + a_0001 -> a", "t test: t_0000 + t_0001 -> t"],
            notes: [
                "dataset.json: numTraining is 5, but there are 1 training cases",
                "dataset.json: 1 of 2 test cases have no labels and are left out",
            ], classes: ["background", "a"]),
        Row(
            testDescription: "version 1 without a list",
            description: #"{"modality": {"0": "CT"}, \#(labels)}"#, files: pairs(["a"], suffix: "_0000"),
            cases: ["a open: a_0000 -> a"], classes: ["background", "a"]),
        Row(
            testDescription: "names without a channel, or with a year",
            description: #"{"channel_names": {"0": "CT"}, \#(labels), "file_ending": "nii.gz", "numTraining": 2}"#,
            files: pairs(["a", "scan_2020"]), cases: ["a open: a -> a", "scan_2020 open: scan_2020 -> scan_2020"],
            notes: ["dataset.json: file_ending 'nii.gz' has no dot in front; '.nii.gz' is taken"], classes: ["background", "a"]),
        Row(
            testDescription: "numbers as names in splits_final.json",
            description: #"{"channel_names": {"0": "CT"}, \#(labels)}"#, files: pairs(["1", "002", "3"], suffix: "_0000"),
            make: {
                for name in ["002"] { try $0.write("", to: "labelsTr/\(name).nii.gz") }
                try $0.write(#"[{"train": [1, 3], "val": [2]}]"#, to: "splits_final.json")
            },
            cases: ["1 train: 1_0000 -> 1", "002 validation: 002_0000 -> 002", "3 train: 3_0000 -> 3"],
            classes: ["background", "a"]),
        Row(
            testDescription: "a picture in colour is all channels",
            description: #"{"channel_names": ["R", "G", "B"], \#(labels), "file_ending": ".png"}"#,
            make: { folder in
                try FileSystem.makeFolder(folder("imagesTr"))
                try PNG.write(rgb: [1, 2, 3, 4, 5, 6], width: 2, height: 1, to: folder("imagesTr/a_0000.png"))
                try folder.write(gray: [0, 1], width: 2, to: "labelsTr/a.png")
                try folder.write("", to: "imagesTr/b_0000.tif")
            },
            cases: ["a open: a_0000 -> a"],
            notes: ["imagesTr: 1 image file without the ending .png of dataset.json left out"], classes: ["background", "a"]),
    ]

    @Test(arguments: rows)
    func isReadWhole(_ row: Row) throws {
        let folder = try TemporaryFolder()
        for file in row.files { try folder.write("", to: file) }
        try row.make(folder)
        try folder.write(row.description, to: "dataset.json")
        let finding = try DataSetFolder(folder.url).recognize(row.settings)
        #expect(finding.classes?.map(\.name) == row.classes)
        let listing = try DataSetFolder(folder.url).open(row.settings).listing
        let cases = listing.entries.map { entry in
            let place =
                switch entry.place {
                case .split(let split): split.rawValue
                case .open: "open"
                case .leftOut: "left out"
                }
            let images = entry.dataCase.image.files.map(ImageFile.stem(of:)).joined(separator: " + ")
            return
                "\(entry.dataCase.id) \(place): \(images) -> \(entry.dataCase.label.map { ImageFile.stem(of: $0.first) } ?? "")"
        }
        #expect(cases == row.cases)
        #expect(listing.notes == row.notes)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var testDescription: String { expected }
        let description: String
        var splits: String?
        /// After the path of the folder.
        let expected: String
    }

    static let broken = [
        Broken(
            description:
                "{\n \"channel_names\": {\"0\": \"T1\"},\n \"labels\": {\"a\": 1,\n \"file_ending\": \".nii.gz\",\n}\nEOF",
            expected: "/dataset.json: line 6, column 1: this is no JSON: invalid value here; the { of line 1 has not been closed"),
        Broken(
            description: "{\"labels\": {\n",
            expected:
                "/dataset.json: line 2, column 1: this is no JSON: it ends too early; the { of line 1 has not been closed"),
        Broken(description: "", expected: "/dataset.json: line 1, column 1: this is no JSON: the file is empty"),
        Broken(description: "[1]", expected: "/dataset.json: it is [1]; expected an object that describes a data set"),
        Broken(
            description: #"{"training": ["imagesTr/a.nii.gz"]}"#,
            expected: #"/dataset.json: training[0] is 'imagesTr/a.nii.gz'; expected {"image": …, "label": …}"#),
        Broken(
            description: #"{"training": [{"image": "a", "label": "b"}, {"image": "c"}]}"#,
            expected: "/dataset.json: training[1] has no 'label'; name its file, or take the case out of the list"),
        Broken(
            description: #"{"training": [{"image": ["a", 2], "label": "b"}]}"#,
            expected: "/dataset.json: training[0].image[1] is 2; expected text"),
        Broken(
            description: #"{"training": [{"image": "a", "label": ["b", "c"]}]}"#,
            expected: "/dataset.json: training[0].label is a list; expected text"),
        Broken(
            description: #"{"training": [{"fold": 0, "image": "a_0000.png", "label": "a.png"}]}"#,
            expected: "/dataset.json: there is no fold 4; its training cases have the folds 0 (data.fold)"),
        Broken(
            description: #"{"channel_names": {"0": "T1"}, "labels": {"background": 0, "a": 1.5}}"#,
            expected: "/dataset.json: labels.a is 1.5; expected a whole number"),
        Broken(
            description: #"{"channel_names": {"0": "T1"}, "file_ending": ".nrrd"}"#,
            expected: "/dataset.json: file_ending is '.nrrd', but labelsTr/ has files such as a.png"),
        Broken(
            description: #"{"channel_names": {"0": "T1"}}"#, splits: #"[{"train": ["a"]}]"#,
            expected: "/splits_final.json: there is no fold 4; there are 1, counted from 0 (data.fold)"),
        Broken(
            description: #"{"channel_names": {"0": "T1"}}"#,
            splits: #"[{}, {}, {}, {}, {"train": ["a"]}]"#,
            expected: "/splits_final.json: fold 4 has no 'val'; expected a list of folds with 'train' and 'val'"),
        Broken(
            description: #"{"channel_names": {"0": "T1"}}"#, splits: #"[{}, {}, {}, {}, {"train": [["a"]], "val": []}]"#,
            expected: "/splits_final.json: [4].train[0] is a list; expected text"),
        Broken(
            description: #"{"channel_names": {"0": "R", "1": "G", "2": "B"}}"#,
            expected:
                "/imagesTr: case 'a' has channels _0000; expected 3 as in dataset.json, from _0000, or one file that holds all "
                + "(this one holds 1)"),
    ]

    @Test(arguments: broken)
    func whatCannotBeUnderstoodIsNamed(_ row: Broken) throws {
        let folder = try TemporaryFolder()
        try folder.write(gray: [9, 8], width: 2, to: "imagesTr/a_0000.png")
        try folder.write(gray: [0, 1], width: 2, to: "labelsTr/a.png")
        try folder.write(gray: [9, 8], width: 2, to: "a_0000.png")
        try folder.write(gray: [9, 8], width: 2, to: "a.png")
        try folder.write(row.description, to: "dataset.json")
        if let splits = row.splits { try folder.write(splits, to: "splits_final.json") }
        #expect(
            folder.message { _ = try DataSetFolder(folder.url).open(LayoutSettings(fold: 4)) } == "DIR" + row.expected)
    }
}
