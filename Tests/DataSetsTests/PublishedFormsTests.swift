import CaseTestSupport
import DurableFiles
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

/// Data sets in the forms in which they are published, small.
struct PublishedFormsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (TemporaryFolder) throws -> Void
        let layout: LayoutName
        let images: [String]
        let labels: [String]
        /// `id [group] split: image + image -> label + label`; the split is left out where the data set does not say.
        let cases: [String]
        var classes: [String]?
        var notes: [String] = []
        /// A part of the reason.
        var says = ""
    }

    private static func names(_ prefix: String, _ count: Int) -> [String] {
        (1...count).map { prefix + String(format: "%03d", $0) }
    }

    static let rows: [Row] = [
        Row(
            testDescription: "ACDC",
            make: { folder in
                for (split, patient) in [("training", "patient001"), ("training", "patient002"), ("testing", "patient101")] {
                    let path = "\(split)/\(patient)/\(patient)"
                    try folder.write("ED: 1", to: "\(split)/\(patient)/Info.cfg")
                    for file in ["_4d", "_frame01", "_frame01_gt", "_frame12", "_frame12_gt"] {
                        try folder.write("", to: "\(path)\(file).nii.gz")
                    }
                }
            }, layout: .pairs, images: ["<split>/*_frame*.nii.gz"], labels: ["<split>/*_frame*_gt.nii.gz"],
            cases: [
                "testing/patient101/patient101_frame01 [patient101] test: patient101_frame01 -> patient101_frame01_gt",
                "testing/patient101/patient101_frame12 [patient101] test: patient101_frame12 -> patient101_frame12_gt",
                "training/patient001/patient001_frame01 [patient001] train: patient001_frame01 -> patient001_frame01_gt",
                "training/patient001/patient001_frame12 [patient001] train: patient001_frame12 -> patient001_frame12_gt",
                "training/patient002/patient002_frame01 [patient002] train: patient002_frame01 -> patient002_frame01_gt",
                "training/patient002/patient002_frame12 [patient002] train: patient002_frame12 -> patient002_frame12_gt",
            ], says: "each folder is a patient's; 3 other image files left out"),
        Row(
            testDescription: "LiTS, side by side",
            make: { folder in
                for number in [0, 1, 10] {
                    try folder.write("", to: "volume-\(number).nii")
                    try folder.write("", to: "segmentation-\(number).nii")
                }
            }, layout: .pairs, images: ["volume-*.nii"], labels: ["segmentation-*.nii"],
            cases: [
                "0 [0]: volume-0 -> segmentation-0", "1 [1]: volume-1 -> segmentation-1", "10 [10]: volume-10 -> segmentation-10",
            ]),
        Row(
            testDescription: "LiTS, in batches",
            make: { folder in
                for (batch, number) in [(1, 0), (1, 1), (2, 28)] {
                    try folder.write("", to: "Training Batch \(batch)/volume-\(number).nii")
                    try folder.write("", to: "Training Batch \(batch)/segmentation-\(number).nii")
                }
            }, layout: .pairs, images: ["<folder>/volume-*.nii"], labels: ["<folder>/segmentation-*.nii"],
            cases: [
                "Training Batch 1/0 [Training Batch 1/0]: volume-0 -> segmentation-0",
                "Training Batch 1/1 [Training Batch 1/1]: volume-1 -> segmentation-1",
                "Training Batch 2/28 [Training Batch 2/28]: volume-28 -> segmentation-28",
            ], says: "Training Batch 1, Training Batch 2 taken for kinds or batches, not for patients"),
        Row(
            testDescription: "LiTS, in folders",
            make: { folder in
                for number in [0, 1, 10] {
                    try folder.write("", to: "volumes/volume-\(number).nii")
                    try folder.write("", to: "segmentations/segmentation-\(number).nii")
                }
            }, layout: .folders, images: ["volumes/volume-*.nii"], labels: ["segmentations/segmentation-*.nii"],
            cases: [
                "0 [0]: volume-0 -> segmentation-0", "1 [1]: volume-1 -> segmentation-1", "10 [10]: volume-10 -> segmentation-10",
            ]),
        Row(
            testDescription: "FLARE: nnU-Net's names in folders",
            make: { folder in
                for name in names("FLARE22_Tr_0", 2) {
                    try folder.write("", to: "images/\(name)_0000.nii.gz")
                    try folder.write("", to: "labels/\(name).nii.gz")
                }
            }, layout: .folders, images: ["images/*_0000.nii.gz"], labels: ["labels/*.nii.gz"],
            cases: names("FLARE22_Tr_0", 2).map { "\($0) [\($0)]: \($0)_0000 -> \($0)" }),
        Row(
            testDescription: "BTCV",
            make: { folder in
                for number in 1...2 {
                    try folder.write("", to: "img/img000\(number).nii.gz")
                    try folder.write("", to: "label/label000\(number).nii.gz")
                }
            }, layout: .folders, images: ["img/img*.nii.gz"], labels: ["label/label*.nii.gz"],
            cases: (1...2).map { "000\($0) [000\($0)]: img000\($0) -> label000\($0)" }),
        Row(
            testDescription: "SegTHOR: the image has the folder's name",
            make: { folder in
                for name in names("Patient_", 2) {
                    try folder.scan(1, to: "train/\(name)/\(name).nii.gz")
                    try folder.volume([0, 1, 2, 3, 4], to: "train/\(name)/GT.nii.gz")
                }
            }, layout: .cases, images: ["<split>/*/*.nii.gz"], labels: ["<split>/*/GT.nii.gz"],
            cases: names("Patient_", 2).map { "train/\($0) [\($0)] train: \($0) -> GT" }),
        Row(
            testDescription: "a suffix in capitals",
            make: { folder in
                for name in ["a", "b"] {
                    try folder.write("", to: "\(name).png")
                    try folder.write("", to: "\(name)_GT.png")
                }
            }, layout: .pairs, images: ["*.png"], labels: ["*_GT.png"], cases: ["a [a]: a -> a_GT", "b [b]: b -> b_GT"]),
        Row(
            testDescription: "KiTS, with pieces within the cases",
            make: { folder in
                for name in names("case_00", 3) {
                    try folder.scan(1, to: "data/\(name)/imaging.nii.gz")
                    try folder.volume([0, 1, 2], to: "data/\(name)/segmentation.nii.gz")
                    try folder.volume([0, 1], to: "data/\(name)/instances/kidney_instance-1_annotation-1.nii.gz")
                }
            }, layout: .cases, images: ["data/*/imaging.nii.gz"], labels: ["data/*/segmentation.nii.gz"],
            cases: names("case_00", 3).map { "\($0) [\($0)]: imaging -> segmentation" }),
        Row(
            testDescription: "KiTS, as it is published first",
            make: { folder in
                for name in names("case_00", 3) {
                    try folder.scan(1, to: "\(name)/imaging.nii.gz")
                    try folder.volume([0, 1, 2], to: "\(name)/segmentation.nii.gz")
                }
            }, layout: .cases, images: ["*/imaging.nii.gz"], labels: ["*/segmentation.nii.gz"],
            cases: names("case_00", 3).map { "\($0) [\($0)]: imaging -> segmentation" }),
        Row(
            testDescription: "BraTS 2020",
            make: { folder in
                for name in names("BraTS20_Training_", 3) {
                    for (number, kind) in ["flair", "t1", "t1ce", "t2"].enumerated() {
                        try folder.scan(number, to: "\(name)/\(name)_\(kind).nii.gz")
                    }
                    try folder.volume([0, 1, 2, 4], to: "\(name)/\(name)_seg.nii.gz")
                }
                try folder.write("Grade,BraTS_2020_subject_ID\nHGG,BraTS20_Training_001\n", to: "name_mapping.csv")
            }, layout: .cases, images: ["flair", "t1", "t1ce", "t2"].map { "*/*_\($0).nii.gz" }, labels: ["*/*_seg.nii.gz"],
            cases: names("BraTS20_Training_", 3).map {
                "\($0) [\($0)]: \($0)_flair + \($0)_t1 + \($0)_t1ce + \($0)_t2 -> \($0)_seg"
            }),
        Row(
            testDescription: "BraTS 2023, where a patient has several times",
            make: { folder in
                for name in ["BraTS-GLI-00005-000", "BraTS-GLI-00005-001", "BraTS-GLI-00007-000"] {
                    for (number, kind) in ["t1c", "t2f"].enumerated() {
                        try folder.scan(number, to: "\(name)/\(name)-\(kind).nii.gz")
                    }
                    try folder.volume([0, 1, 2, 3], to: "\(name)/\(name)-seg.nii.gz")
                }
            }, layout: .cases, images: ["*/*-t1c.nii.gz", "*/*-t2f.nii.gz"], labels: ["*/*-seg.nii.gz"],
            cases: [("00005", "000"), ("00005", "001"), ("00007", "000")].map { patient, time in
                let name = "BraTS-GLI-\(patient)-\(time)"
                return "\(name) [BraTS-GLI-\(patient)]: \(name)-t1c + \(name)-t2f -> \(name)-seg"
            }),
        Row(
            testDescription: "ISIC 2018, one split",
            make: { folder in
                for name in names("ISIC_0000", 3) {
                    try folder.write("", to: "ISIC2018_Task1-2_Training_Input/\(name).jpg")
                    try folder.write("", to: "ISIC2018_Task1-2_Training_Input/\(name)_superpixels.png")
                    try folder.write("", to: "ISIC2018_Task1_Training_GroundTruth/\(name)_segmentation.png")
                }
                try folder.write("CC0", to: "ISIC2018_Task1-2_Training_Input/LICENSE.txt")
            }, layout: .folders, images: ["ISIC2018_Task1-2_Training_Input/*.jpg"],
            labels: ["ISIC2018_Task1_Training_GroundTruth/*_segmentation.png"],
            cases: names("ISIC_0000", 3).map { "\($0) [\($0)]: \($0) -> \($0)_segmentation" }),
        Row(
            testDescription: "ISIC 2018, all splits",
            make: { folder in
                for (split, name) in [("Training", "ISIC_1"), ("Validation", "ISIC_2"), ("Test", "ISIC_3")] {
                    try folder.write("", to: "ISIC2018_Task1-2_\(split)_Input/\(name).jpg")
                    try folder.write("", to: "ISIC2018_Task1_\(split)_GroundTruth/\(name)_segmentation.png")
                }
            }, layout: .folders, images: ["ISIC2018_Task1-2_<split>_Input/*.jpg"],
            labels: ["ISIC2018_Task1_<split>_GroundTruth/*_segmentation.png"],
            cases: [("Test", 3, "test"), ("Training", 1, "train"), ("Validation", 2, "validation")].map { folder, number, split in
                let name = "ISIC_\(number)"
                return "\(folder)/\(name) [\(folder)/\(name)] \(split): \(name) -> \(name)_segmentation"
            }),
        Row(
            testDescription: "BUSI, with several masks of a picture",
            make: { folder in
                for (kind, number) in [("benign", 1), ("benign", 2), ("malignant", 1), ("normal", 1)] {
                    try folder.write("", to: "\(kind)/\(kind) (\(number)).png")
                    try folder.write("", to: "\(kind)/\(kind) (\(number))_mask.png")
                }
                try folder.write("", to: "benign/benign (2)_mask_1.png")
            }, layout: .pairs, images: ["<folder>/*.png"], labels: ["<folder>/*_mask<part>.png"],
            cases: [
                "benign/benign (1) [benign/benign (1)]: benign (1) -> benign (1)_mask",
                "benign/benign (2) [benign/benign (2)]: benign (2) -> benign (2)_mask + benign (2)_mask_1",
                "malignant/malignant (1) [malignant/malignant (1)]: malignant (1) -> malignant (1)_mask",
                "normal/normal (1) [normal/normal (1)]: normal (1) -> normal (1)_mask",
            ], classes: ["background", "object"], says: "benign, malignant, normal taken for kinds or batches, not for patients"),
        Row(
            testDescription: "TotalSegmentator, a mask of an organ missing",
            make: { folder in
                for name in ["s0001", "s0002", "s0003"] {
                    try folder.scan(1, to: "\(name)/ct.nii.gz")
                    try folder.volume([0, 0, 0, 1], to: "\(name)/segmentations/aorta.nii.gz")
                    try folder.volume([0, 1, 1], to: "\(name)/segmentations/liver.nii.gz")
                    if name != "s0002" { try folder.volume([0, 1], to: "\(name)/segmentations/spleen.nii.gz") }
                }
                try folder.write("image_id;age;split\ns0001;60;train\ns0002;50;val\ns0003;40;test\n", to: "meta.csv")
            }, layout: .cases, images: ["*/ct.nii.gz"],
            labels: ["liver", "spleen", "aorta"].map { "*/segmentations/\($0).nii.gz" },
            cases: [
                "s0001 [s0001] train: ct -> liver=1 + spleen=2 + aorta=3", "s0002 [s0002] validation: ct -> liver=1 + aorta=3",
                "s0003 [s0003] test: ct -> liver=1 + spleen=2 + aorta=3",
            ], classes: ["background", "liver", "spleen", "aorta"],
            notes: ["masks that are not there are taken as empty, of 3 cases: spleen.nii.gz of 1"],
            says: "a mask for each of 3 classes, the smaller in front of the larger"),
    ]

    @Test(arguments: rows)
    func isRecognised(_ row: Row) throws {
        let folder = try TemporaryFolder()
        try row.make(folder)
        let finding = try DataSetFolder(folder.url).recognize()
        #expect(finding.layout == row.layout, "\(finding.reason)")
        #expect(finding.settings.images == row.images)
        #expect(finding.settings.labels == row.labels)
        #expect(finding.classes?.map(\.name) == row.classes)
        #expect(row.says.isEmpty || finding.reason.contains(row.says), "\(finding.reason)")
        let listing = try DataSetFolder(folder.url).open(finding.settings).listing
        let cases = listing.entries.map { entry in
            let split = if case .split(let split) = entry.place { " \(split.rawValue)" } else { "" }
            let images = entry.dataCase.image.files.map(ImageFile.stem(of:)).joined(separator: " + ")
            let layers = (entry.dataCase.label?.layers ?? []).map { layer in
                // Masks of objects are all 1.
                let isClass = row.classes?.count ?? 0 > 2
                return ImageFile.stem(of: layer.url) + (isClass ? "=\(layer.value ?? 0)" : "")
            }
            return "\(entry.dataCase.id) [\(entry.dataCase.group)]\(split): \(images) -> \(layers.joined(separator: " + "))"
        }
        #expect(cases == row.cases)
        #expect(listing.notes == row.notes)
    }

    @Test(arguments: [
        ("<split>/*/Flair.nii.gz", "train/p1/Flair.nii.gz", "train/p1", "p1"),
        ("*/*_flair.nii.gz", "hgg/p1/p1_flair.nii.gz", "hgg/p1", "hgg/p1"),
        ("*/*_flair.nii.gz", "p1/visit2_flair.nii.gz", "p1/visit2", "p1"),
        ("*_frame*.nii.gz", "p1/p1_frame01.nii.gz", "p1/p1_frame01", "p1"),
        ("<folder>/*.png", "b/x.png", "b/x", "b/x"),
        ("<folder>/*.png", "b/p1/x.png", "b/p1/x", "b/p1"),
        ("a_<split>_b/*_m<part>.png", "a_val_b/x_m_12.png", "val/x", "val/x"),
    ])
    func patternsReadNameAndGroup(pattern: String, path: String, id: String, group: String) throws {
        let match = try #require(NamePattern(pattern).match(path))
        #expect(match.id == id)
        #expect(match.group == group)
    }

    @Test(arguments: [
        ("*_frame*.nii.gz", "p1/p1_4d.nii.gz"), ("a_<split>_b/*.png", "a_fold_b/x.png"), ("*_m<part>.png", "x_mask.png"),
        ("*/*_t1.nii.gz", "p1_t1.nii.gz"), ("<folder>/*.png", "x.png"),
    ])
    func patternsPassOverOthers(pattern: String, path: String) throws {
        #expect(try NamePattern(pattern).match(path) == nil)
    }

    @Test(arguments: ["*a*b*c.png", "*<split>.png", "<part>/*.png", "**.png", ""])
    func patternsThatCannotBeMeantAreRefused(pattern: String) {
        #expect(
            message { _ = try NamePattern(pattern) }
                == "file pattern: '\(pattern)'; expected a folder, or a path with one * or two, with <split> or <folder> before and "
                + "<part> behind if at all")
    }
}
