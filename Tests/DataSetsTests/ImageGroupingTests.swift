import CaseTestSupport
import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import DataSets

@Suite struct ImageGroupingTests {
    /// Files, what a model knows of its data set, and the cases that follow: `NAME: FILE FILE`, or `NAME! problem`.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let files: [String]
        let settings: LayoutSettings
        var channels = 1
        /// Below the folder; empty: the folder itself.
        var input = ""
        let finds: [String]
    }

    private static let twoFiles = LayoutSettings(layout: .cases, images: ["train/*/Flair.nii.gz", "train/*/T1c.nii.gz"])

    static let rows = [
        Row(
            testDescription: "channels by number",
            files: ["t_10_0000.nii.gz", "t_10_0001.nii.gz", "t_2_0001.nii.gz", "t_2_0000.nii.gz"],
            settings: .init(layout: .nnunet), channels: 2,
            finds: ["t_2: t_2_0000.nii.gz t_2_0001.nii.gz", "t_10: t_10_0000.nii.gz t_10_0001.nii.gz"]),
        Row(
            testDescription: "a channel finds the others", files: ["t_0000.nii.gz", "t_0001.nii.gz", "u_0000.nii.gz"],
            settings: .init(layout: .nnunet), channels: 2, input: "t_0001.nii.gz", finds: ["t: t_0000.nii.gz t_0001.nii.gz"]),
        Row(
            testDescription: "channels that are missing", files: ["t_0001.nii.gz", "u_0000.nii.gz"],
            settings: .init(layout: .nnunet), channels: 2,
            finds: [
                "t! DIR: case 't' lacks _0000: found _0001, and the model takes 2 channels",
                "u! DIR: case 'u' lacks _0001: found _0000, and the model takes 2 channels",
            ]),
        Row(
            testDescription: "more channels than the model's", files: ["t_0000.nii.gz", "t_0001.nii.gz"],
            settings: .init(layout: .nnunet),
            finds: ["t! DIR: case 't' has the files _0000, _0001, and the model takes 1 channel"]),
        Row(
            testDescription: "one channel", files: ["t_0000.nii.gz", "plain.nii.gz", "scan_2024.nii.gz", "scan_2025.nii.gz"],
            settings: .init(layout: .nnunet),
            finds: [
                "plain: plain.nii.gz", "scan_2024: scan_2024.nii.gz", "scan_2025: scan_2025.nii.gz", "t: t_0000.nii.gz",
            ]),
        Row(
            testDescription: "three channels in one picture", files: ["t_0000.rgb.png"], settings: .init(layout: .nnunet),
            channels: 3, finds: ["t_0000.rgb: t_0000.rgb.png"]),
        Row(
            testDescription: "three channels in one picture, as nnU-Net names it", files: ["rgb/t_0000.png"],
            settings: .init(layout: .nnunet), channels: 3, input: "rgb", finds: ["t: t_0000.png"]),
        Row(
            testDescription: "a year behind pictures in colour", files: ["rgb/t_2024.png", "rgb/t_2025.png"],
            settings: .init(layout: .nnunet), channels: 3, input: "rgb", finds: ["t_2024: t_2024.png", "t_2025: t_2025.png"]),
        Row(
            testDescription: "a list of version 1", files: ["t_0000.nii.gz", "t_0001.nii.gz"],
            settings: .init(layout: .decathlon), channels: 2, finds: ["t: t_0000.nii.gz t_0001.nii.gz"]),
        Row(
            testDescription: "a list of whole images with numbers", files: ["rgb/t_0000.png", "rgb/t_0001.png"],
            settings: .init(layout: .decathlon), channels: 3, input: "rgb", finds: ["t_0000: t_0000.png", "t_0001: t_0001.png"]),
        Row(
            testDescription: "a folder a case, the names repeating its own",
            files: ["P1/P1_flair.nii.gz", "P1/P1_t1.nii.gz", "P2/P2_flair.nii.gz", "P2/P2_t1.nii.gz"],
            settings: .init(layout: .cases, images: ["*/*_flair.nii.gz", "*/*_t1.nii.gz"]), channels: 2,
            finds: ["P1: P1_flair.nii.gz P1_t1.nii.gz", "P2: P2_flair.nii.gz P2_t1.nii.gz"]),
        Row(
            testDescription: "a file of such a case", files: ["P1/P1_flair.nii.gz", "P1/P1_t1.nii.gz"],
            settings: .init(layout: .cases, images: ["*/*_flair.nii.gz", "*/*_t1.nii.gz"]), channels: 2,
            input: "P1/P1_t1.nii.gz", finds: ["P1: P1_flair.nii.gz P1_t1.nii.gz"]),
        Row(
            testDescription: "a folder a case",
            files: ["P1/Flair.nii.gz", "P1/T1c.nii.gz", "P1/Labels.nii.gz", "P2/Flair.nii.gz", "P2/T1c.nii.gz", "P3/T1c.nii.gz"],
            settings: twoFiles, channels: 2,
            finds: [
                "P1: Flair.nii.gz T1c.nii.gz", "P2: Flair.nii.gz T1c.nii.gz",
                "P3! DIR/P3: case 'P3' lacks */Flair.nii.gz; expected a file for each of the model's patterns",
            ]),
        Row(
            testDescription: "the folder of one case", files: ["P1/Flair.nii.gz", "P1/T1c.nii.gz"], settings: twoFiles,
            channels: 2, input: "P1", finds: ["P1: Flair.nii.gz T1c.nii.gz"]),
        Row(
            testDescription: "a file of a case", files: ["P1/Flair.nii.gz", "P1/T1c.nii.gz"], settings: twoFiles, channels: 2,
            input: "P1/T1c.nii.gz", finds: ["P1: Flair.nii.gz T1c.nii.gz"]),
        Row(
            testDescription: "folders of channels", files: ["t1/a.nii", "t1/b.nii", "t2/a.nii", "t2/b.nii"],
            settings: .init(layout: .folders, images: ["t1", "t2"]), channels: 2, finds: ["a: a.nii a.nii", "b: b.nii b.nii"]),
        Row(
            testDescription: "a file of folders of channels", files: ["t1/a.nii", "t1/b.nii", "t2/a.nii", "t2/b.nii"],
            settings: .init(layout: .folders, images: ["t1", "t2"]), channels: 2, input: "t2/b.nii", finds: ["b: b.nii b.nii"]),
        Row(
            testDescription: "endings of channels", files: ["a_t1.nii", "a_t2.nii"],
            settings: .init(layout: .folders, images: ["scans/*_t1.nii", "scans/*_t2.nii"]), channels: 2,
            finds: ["a: a_t1.nii a_t2.nii"]),
        Row(
            testDescription: "an image a case, in a folder", files: ["x/images/x.png", "x/masks/1.png", "y/images/y.png"],
            settings: .init(layout: .objects, images: ["stage1_train/*/images"], labels: ["stage1_train/*/masks"]),
            finds: ["x: x.png", "y: y.png"]),
        Row(
            testDescription: "labels beside their images", files: ["a.nii.gz", "a_seg.nii.gz", "b.nii.gz", "lone_seg.nii.gz"],
            settings: .init(layout: .pairs, images: ["*.nii.gz"], labels: ["*_seg.nii.gz"]),
            finds: ["a: a.nii.gz", "b: b.nii.gz", "lone_seg: lone_seg.nii.gz"]),
        Row(
            testDescription: "an ending of images", files: ["a_image.nii", "b_image.nii", "c.nii"],
            settings: .init(layout: .pairs, images: ["*_image.nii"], labels: ["*_mask.nii"]),
            finds: ["a: a_image.nii", "b: b_image.nii", "c: c.nii"]),
        Row(
            testDescription: "images as those of a data set", files: ["images/p/1.png", "labels/p/1.png"],
            settings: .init(layout: .folders, images: ["images"], labels: ["labels"]), finds: ["p/1: 1.png"]),
        Row(
            testDescription: "images in a folder of any name", files: ["a.png", "b.jpg"],
            settings: .init(layout: .folders, images: ["images"], labels: ["labels"]), finds: ["a: a.png", "b: b.jpg"]),
        Row(
            testDescription: "labels that were predicted beside their images",
            files: ["a.nii", "a_labels.nii", "b_labels.nii"], settings: .init(layout: .folders, images: ["images"]),
            finds: ["a: a.nii", "b_labels: b_labels.nii"]),
        Row(
            testDescription: "labels that were predicted beside channels",
            files: ["t_0000.nii", "t_0001.nii", "t_labels.nii"], settings: .init(layout: .nnunet), channels: 2,
            finds: ["t: t_0000.nii t_0001.nii"]),
        Row(
            testDescription: "a list", files: ["x.nii", "y.nii", "list.csv"], settings: .init(layout: .csv), channels: 2,
            input: "list.csv",
            finds: [
                "one: x.nii y.nii", "two! DIR/list.csv:3: no file DIR/z.nii", "! DIR/list.csv:4: the name of the case is missing",
            ]),
    ]

    /// Lines of a text list in a folder of nnU-Net's channels, and what they name.
    static let lists: [(text: String, finds: [String])] = [
        ("scans/t_0001.nii\r\nscans/u_0000.nii\n", ["t: t_0000.nii t_0001.nii", "u: u_0000.nii u_0001.nii"]),
        ("# first\n\n  scans/t_0000.nii \nscans/t_0001.nii", ["t: t_0000.nii t_0001.nii"]),
        (
            "\u{FEFF}v\nw",
            ["v: v_0000.nii v_0001.nii", "w! DIR: case 'w' lacks _0001: found _0000, and the model takes 2 channels"]
        ),
        ("scans\nv", ["t: t_0000.nii t_0001.nii", "u: u_0000.nii u_0001.nii", "v: v_0000.nii v_0001.nii"]),
        (
            "v\nx\nlist.txt",
            [
                "v: v_0000.nii v_0001.nii", "x! DIR/list.txt:2: DIR/x: no such file or folder, and no case 'x' in DIR",
                "list.txt! DIR/list.txt:3: DIR/list.txt: it is a list itself; expected an image or a case",
            ]
        ),
    ]

    @Test(arguments: lists)
    func aLineOfATextListIsAPathOrACase(_ row: (text: String, finds: [String])) throws {
        let folder = try TemporaryFolder()
        for file in ["scans/t", "scans/u", "v"].flatMap({ ["\($0)_0000.nii", "\($0)_0001.nii"] }) + ["w_0000.nii"] {
            try folder.write(.uint8([1]), Extent(width: 1, height: 1), to: file)
        }
        try folder.write(row.text, to: "list.txt")
        let finding = try ImageGrouping(.init(layout: .nnunet), channels: 2).cases(at: folder("list.txt"))
        #expect(Self.words(finding, in: folder) == row.finds)
    }

    @Test func aListOfNothingIsTold() throws {
        let folder = try TemporaryFolder()
        try folder.write("# nothing\n\n", to: "list.txt")
        let grouping = try ImageGrouping(.init(), channels: 1)
        #expect(folder.message { _ = try grouping.cases(at: folder("list.txt")) } == "DIR/list.txt: it names no image")
    }

    private static func words(_ finding: ImageGrouping.Finding, in folder: TemporaryFolder) -> [String] {
        finding.cases.map { "\($0.id): \($0.image.files.map(\.lastPathComponent).joined(separator: " "))" }
            + finding.incomplete.map { "\($0.id)! \($0.problem.replacingOccurrences(of: folder.url.path, with: "DIR"))" }
    }

    @Test(arguments: rows)
    func filesOfACaseFindEachOther(_ row: Row) throws {
        let folder = try TemporaryFolder()
        for file in row.files {
            if file.hasSuffix(".csv") {
                try folder.write("id,image_1,image_2\none,x.nii,y.nii\ntwo,x.nii,z.nii\n,x.nii,y.nii\n", to: file)
            } else if file.contains("rgb") {
                try FileSystem.makeFolder(folder(file).deletingLastPathComponent())
                try PNG.write(rgb: [1, 2, 3], width: 1, height: 1, to: folder(file))
            } else if file.hasSuffix(".png") || file.hasSuffix(".jpg") {
                try folder.write(gray: [1], width: 1, to: file)
            } else {
                try folder.write(.uint8([1]), Extent(width: 1, height: 1), to: file)
            }
        }
        let input = row.input.isEmpty ? folder.url : folder(row.input)
        let finding = try ImageGrouping(row.settings, channels: row.channels).cases(at: input)
        #expect(Self.words(finding, in: folder) == row.finds)
    }

    @Test func aFileWithoutItsSiblingsSaysWhatIsMissing() throws {
        let folder = try TemporaryFolder()
        for file in ["t_0000.nii", "P1/T1c.nii.gz", "x.nii"] {
            try folder.write(.uint8([1]), Extent(width: 1, height: 1), to: file)
        }
        let (numbers, patterns) = (
            try ImageGrouping(.init(layout: .nnunet), channels: 2), try ImageGrouping(Self.twoFiles, channels: 2)
        )
        let rows: [(ImageGrouping, String, String)] = [
            (numbers, "t_0000.nii", "DIR/t_0000.nii: its case 't' lacks _0001: found _0000, and the model takes 2 channels"),
            (
                patterns, "P1/T1c.nii.gz",
                "DIR/P1/T1c.nii.gz: its case 'P1' lacks */Flair.nii.gz; expected a file for each of the model's patterns"
            ),
            (
                patterns, "x.nii",
                "DIR/x.nii: it is none of train/*/Flair.nii.gz, train/*/T1c.nii.gz, which are the files of a case as the model was "
                    + "trained; name it so, or name the files of each case in a CSV list (image_1, image_2, …)"
            ),
            (patterns, "no.nii", "DIR/no.nii cannot be read: no such file or folder"),
        ]
        for (grouping, file, says) in rows {
            #expect(folder.message { _ = try grouping.cases(at: folder(file)) } == says)
        }
    }
}
