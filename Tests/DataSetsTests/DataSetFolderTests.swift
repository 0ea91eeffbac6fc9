import CaseTestSupport
import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import DataSets

/// Each layout, recognised, listed and split.
struct DataSetFolderTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (TemporaryFolder) throws -> Void
        var path = ""
        let layout: LayoutName
        let reason: String
        var images: [String] = []
        var labels: [String] = []
        /// Names of the cases that train, validate and test; nil: split at random.
        var splits: [[String]]?
        var classes: [LayoutFinding.ClassValues]?
    }

    static let rows: [Row] = [
        Row(
            testDescription: "nnU-Net", make: { try $0.writeNNUNet() }, layout: .nnunet,
            reason: "dataset.json with channel_names (T1, FLAIR) and imagesTr/; splits_final.json, fold 0",
            splits: [["p_1", "p_2"], ["p_10"], ["q_1"]],
            classes: [.init("background", [0]), .init("whole tumour without core", [1]), .init("core", [2])]),
        Row(
            testDescription: "Decathlon", make: { try $0.writeDecathlon() }, layout: .decathlon,
            reason: "dataset.json with a training list of 6 pairs",
            classes: [.init("background", [0]), .init("edema", [1])]),
        Row(
            testDescription: "UESTC",
            make: {
                try $0.writeUESTC(part: "part1", numbers: [1, 40, 41, 56])
                try $0.writeUESTC(part: "part2", numbers: [1, 40, 50])
            }, layout: .uestc,
            reason:
                "part1/{image,label}/case_1.nii.gz and part2/{image,label}/case_1.nii.gz; cases split by number, "
                + "label grids taken from the images",
            splits: [
                ["part1/case_1", "part1/case_40", "part2/case_1"], ["part1/case_41", "part2/case_40"],
                ["part1/case_56", "part2/case_50"],
            ], classes: [.init("background", [0]), .init("lesion", [1])]),
        Row(
            testDescription: "UESTC, a part", make: { try $0.writeUESTC(part: "part2", numbers: [1, 31, 41]) }, path: "part2",
            layout: .uestc,
            reason: "part2/{image,label}/case_1.nii.gz; cases split by number, label grids taken from the images",
            splits: [["case_1"], ["case_31"], ["case_41"]], classes: [.init("background", [0]), .init("lesion", [1])]),
        Row(
            testDescription: "EndoVis", make: { try $0.writeEndoVis(frames: [0, 1]) }, layout: .endovis,
            reason: "instrument_dataset_N with left_frames/ and ground_truth/, 3 videos; task parts, videos kept together",
            classes: [
                .init("background", [0]), .init("shaft", [10]), .init("wrist", [20]), .init("claspers", [30]),
                .init("probe", [40]),
            ]),
        Row(
            testDescription: "objects", make: { try $0.writeObjects() }, layout: .objects,
            reason: "4 folders with one image in images/ and 8 masks in masks/, one for each object",
            images: ["stage1_train/*/images"], labels: ["stage1_train/*/masks"], splits: [["aa", "bb"], ["cc"], ["dd"]],
            classes: [.init("background", [0]), .init("object", [255, 1])]),
        Row(
            testDescription: "folders",
            make: { folder in
                for name in ["a", "b", "c"] {
                    try folder.write("", to: "Scans/\(name).nii.gz")
                    try folder.write("", to: "Masks/\(name).png")
                }
            }, layout: .folders, reason: "Scans/ and Masks/ with equal names", images: ["Scans"], labels: ["Masks"]),
        Row(
            testDescription: "folders within folders of splits",
            make: { folder in
                for (split, name) in [("train", "1"), ("val", "1"), ("test", "1")] {
                    try folder.write("", to: "\(split)/images/\(name).png")
                    try folder.write("", to: "\(split)/labels/\(name).png")
                }
            }, layout: .folders, reason: "<split>/images/ and <split>/labels/ with equal names", images: ["<split>/images"],
            labels: ["<split>/labels"], splits: [["train/1"], ["val/1"], ["test/1"]]),
        Row(
            testDescription: "folders of splits within folders",
            make: { folder in
                for split in ["train", "validation", "test"] {
                    try folder.write("", to: "images/\(split)/p\(split)/1.png")
                    try folder.write("", to: "labels/\(split)/p\(split)/1.png")
                }
            }, layout: .folders, reason: "images/ and labels/ with equal names", images: ["images/<split>"],
            labels: ["labels/<split>"],
            splits: [["train/ptrain/1"], ["validation/pvalidation/1"], ["test/ptest/1"]]),
        Row(
            testDescription: "siblings without telling names", make: { try $0.writeSiblings() }, layout: .folders,
            reason:
                "folders with equal names: images in pics, labels (few values) in big, small, one mask a class, "
                + "small in front of big", images: ["pics"], labels: ["big", "small"],
            classes: [.init("background", [0]), .init("big", [1]), .init("small", [2])]),
        Row(
            testDescription: "pairs told apart by their endings",
            make: { folder in
                for name in ["1", "2", "3"] {
                    try folder.write(gray: [0, 1, 2, 0], width: 2, to: "Set 1/\(name).png")
                    try folder.write(
                        .int16((0..<90).map { Int16($0) }), Extent(width: 9, height: 10), to: "Set 1/\(name).nii")
                }
            }, layout: .pairs, reason: "images and labels side by side in Set 1/: *.nii with *.png (3 values)",
            images: ["Set 1/*.nii"], labels: ["Set 1/*.png"]),
        Row(
            testDescription: "pairs told apart by a suffix",
            make: { folder in
                for name in ["1", "2", "3"] {
                    try folder.write("", to: "\(name).nii.gz")
                    try folder.write("", to: "\(name)_seg.nii.gz")
                }
            }, layout: .pairs, reason: "images and labels side by side: *.nii.gz with *_seg.nii.gz", images: ["*.nii.gz"],
            labels: ["*_seg.nii.gz"]),
        Row(
            testDescription: "cases", make: { try $0.writeCases() }, layout: .cases,
            reason:
                "4 folders with the same files: images Flair.nii.gz, T1c.nii.gz, labels Classes.nii.gz (3 values); "
                + "brainmask.nii.gz left out for having fewer values",
            images: ["<split>/*/Flair.nii.gz", "<split>/*/T1c.nii.gz"], labels: ["<split>/*/Classes.nii.gz"],
            splits: [["train/p1", "train/p2"], ["validation/p3"], ["test/p4"]]),
        Row(
            testDescription: "a list",
            make: { folder in
                for name in ["a", "b", "c"] {
                    try folder.write(gray: [0, 1], width: 2, to: "x/\(name).png")
                    try folder.write(gray: [0, 1], width: 2, to: "y/\(name)_m.png")
                }
                try folder.write(
                    "image,label,patient,split\nx/a.png,y/a_m.png,p,train\nx/b.png,y/b_m.png,q,val\nx/c.png,y/c_m.png,r,test\n",
                    to: "pairs.csv")
            }, path: "pairs.csv", layout: .csv, reason: "pairs.csv with columns image, label, patient, split",
            splits: [["a"], ["b"], ["c"]]),
        Row(
            testDescription: "grids", make: { try $0.writeGrids() }, layout: .grids,
            reason: "label volumes on the grid of exactly one image: seg.nii.gz on ct.nii.gz, seg_mr.nii on mr.nii"),
    ]

    @Test(arguments: rows)
    func recognises(_ row: Row) throws {
        let folder = try TemporaryFolder()
        try row.make(folder)
        let root = row.path.isEmpty ? folder.url : folder(row.path)
        let dataSetFolder = try DataSetFolder(root)
        let finding = try dataSetFolder.recognize()
        #expect(finding.layout == row.layout)
        #expect(finding.reason == row.reason)
        #expect(finding.settings.images == row.images)
        #expect(finding.settings.labels == row.labels)
        #expect(finding.classes == row.classes)
        let (listing, layout) = try dataSetFolder.open(finding.settings)
        #expect(layout == row.layout)
        #expect(try DataSetFolder(root).open(LayoutSettings()).listing.entries == listing.entries, "known or not, it is the same")
        if let splits = row.splits {
            let data = try SplitRule.own.dataSet(
                of: listing, layout: layout, classNames: ["a", "b"], root: root, seed: 1)
            for (split, names) in zip(Split.allCases, splits) { #expect(try data.cases(of: split).map(\.id) == names) }
            #expect(data.notes.isEmpty)
        } else {
            #expect(listing.entries.allSatisfy { $0.place == .open } && !listing.entries.isEmpty)
        }
    }

    @Test(
        arguments: [
            ([], "the folder is empty"),
            (
                ["a.nrrd", "b.nrrd", "x/c.rec"],
                "it holds no image file of a known ending; found 2 .nrrd, 1 .rec; files of NRRD are not read: convert to NIfTI, in "
                    + "Python with SimpleITK: sitk.WriteImage(sitk.ReadImage(FILE), \"NAME.nii.gz\")"
            ),
            (
                ["x/a.rec", "x/b.rec", "x.txt"],
                "it holds no image file of a known ending; found 2 .rec, 1 .txt; files of Philips PAR/REC are not read: convert "
                    + "to NIfTI: dcm2niix -z y FILE"
            ),
            (["notes.txt"], "it holds no image file of a known ending; found 1 .txt"),
            (
                ["imagesTr/a_0000.nii.gz"],
                "nearest is nnunet: imagesTr/ is there, labelsTr/ and dataset.json are not"
            ),
            (
                ["Dataset001_X/dataset.json", "Dataset001_X/imagesTr/a_0000.png", "Dataset001_X/labelsTr/a.png"],
                "nearest: Dataset001_X/ is a data set of its own, with a dataset.json; name that folder"
            ),
            (
                ["instrument_1_4_training/instrument_dataset_1/left_frames/frame000.png"],
                "nearest: instrument_1_4_training/ is a data set of its own, with folders instrument_dataset_N; name that folder"
            ),
            (
                ["images/a.png", "images/b.png"],
                "nearest is folders: images/ has 2 image files, but there is no folder of labels (labels, masks, annotations, …) "
                    + "beside it"
            ),
            (
                ["pics/1.png", "pics/2.png", "pics/3.png", "drawn/1.png", "drawn/2.png"],
                "nearest is folders: drawn/ and pics/ share 2 names; only in pics/: 3"
            ),
            (
                ["a.png", "a_mask.png", "b_mask.png", "c_mask.png"],
                "nearest is pairs: 3 files *_mask, of which 1 has an image of the same name without _mask"
            ),
            (
                ["images/a.nii.gz", "labels/a.mgz"],
                "nearest is pairs: 1 image file, none of which is told to be the labels of another; files of "
                    + "FreeSurfer are not read: convert to NIfTI: mri_convert FILE NAME.nii.gz"
            ),
            (["p1/a.png", "p2/b.png"], "nearest is cases: 2 folders with images, but no file name stands in several of them"),
            (["a.png", "b.png"], "nearest is pairs: 2 image files, none of which is told to be the labels of another"),
        ] as [([String], String)])
    func aFolderWithoutADataSetSaysWhatItMisses(files: [String], expected: String) throws {
        let folder = try TemporaryFolder()
        for file in files { try folder.write("", to: file) }
        let message = folder.message { _ = try DataSetFolder(folder.url).recognize() }
        let isNearest = expected.hasPrefix("nearest")
        #expect(
            message == "DIR: " + (isNearest ? "no layout fits; " : "") + expected
                + (isNearest
                    ? "; name the files with data.images and data.labels, or a CSV list with columns image and label" : ""))
        #expect(
            folder.message { _ = try DataSetFolder(folder.url).recognize(LayoutSettings(layout: .nnunet)) }
                == (isNearest ? "DIR: it does not look like layout 'nnunet'; leave the layout out to see what it is" : message))
    }

    @Test(arguments: [
        (
            "image,mask", "nearest is csv: a.csv, b.csv are lists; name the one that is meant"
        ),
        ("image,split", "nearest is csv: a.csv has a column of images, but none 'label' or 'mask'; found image, split"),
    ])
    func aListThatIsNoneSaysWhatItMisses(header: String, expected: String) throws {
        let folder = try TemporaryFolder()
        for name in ["a.csv", "b.csv"] { try folder.write("\(header)\nx.png,y.png\n", to: name) }
        let message = folder.message { _ = try DataSetFolder(folder.url).recognize() }
        #expect(message.hasPrefix("DIR: no layout fits; \(expected); name the files"), "\(message)")
    }

    @Test func aListInAnotherEncodingSaysSo() throws {
        let folder = try TemporaryFolder()
        try FileSystem.makeFolder(folder.url)
        try Data("image,label\nx.png,y.png\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }.reversed()).write(
            to: folder("list.csv"))
        try Data([UInt8](Array("{\n \"name\": \"Pr".utf8) + [0xe9] + Array("\"}".utf8))).write(to: folder("other.json"))
        let message = folder.message { _ = try DataSetFolder(folder.url).recognize() }
        #expect(message.hasPrefix("DIR: no layout fits; nearest is csv: DIR/list.csv"), "\(message)")
        #expect(
            folder.message { _ = try JSONNode(file: folder("other.json")) }
                == "DIR/other.json: line 2, column 13: the text is not UTF-8; save the file as UTF-8")
    }

    @Test func whatIsStatedStandsBeforeWhatIsFound() throws {
        let folder = try TemporaryFolder()
        try folder.writeSiblings()
        let one = try DataSetFolder(folder.url).recognize(LayoutSettings(labels: ["small"]))
        #expect(one.settings.images == ["pics"] && one.settings.labels == ["small"])
        #expect(one.classes == nil, "a single folder of labels has its own values")
        let both = try DataSetFolder(folder.url).recognize(LayoutSettings(images: ["pics"], labels: ["small", "big"]))
        #expect(both.reason == "data.images and data.labels name the files")
        #expect(both.classes?.map(\.name) == ["background", "small", "big"])
    }
}
