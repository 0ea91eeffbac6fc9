import CaseTestSupport
import Foundation
import Testing

@testable import DataSets

/// A file belongs to one case, in whatever layout.
struct DistinctCasesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (TemporaryFolder) throws -> Void
        var path = ""
        /// The beginning.
        let expected: String
    }

    private static func write(_ files: [String], in folder: TemporaryFolder) throws {
        for file in files { try folder.write(gray: [0, 1], width: 2, to: file) }
    }

    static let rows = [
        Row(
            testDescription: "two rows of a list share a label",
            make: {
                try write(["t1.png", "t2.png", "b.png", "seg.png", "b_seg.png"], in: $0)
                try $0.write("image,label\nt1.png,seg.png\nb.png,b_seg.png\nt2.png,./seg.png\n", to: "list.csv")
            }, path: "list.csv", expected: "DIR/list.csv: DIR/seg.png belongs to two cases, 't1' and 't2': a case stands once"),
        Row(
            testDescription: "two rows of a list share an image",
            make: {
                try write(["a.png", "m1.png", "m2.png", "b.png", "b_m.png"], in: $0)
                try $0.write("id,image,label\n1,a.png,m1.png\n2,a.png,m2.png\n3,b.png,b_m.png\n", to: "list.csv")
            }, path: "list.csv", expected: "DIR/list.csv: DIR/a.png belongs to two cases, '1' and '2': a case stands once"),
        Row(
            testDescription: "a link to another case's label",
            make: {
                try write(["images/a.png", "images/b.png", "images/c.png", "labels/a.png", "labels/b.png"], in: $0)
                try FileManager.default.createSymbolicLink(at: $0("labels/c.png"), withDestinationURL: $0("labels/a.png"))
            }, expected: "DIR/images: DIR/labels/…png belongs to two cases, 'a' and 'c': a case stands once"),
        Row(
            testDescription: "rows of dataset.json that are no channels of each other",
            make: {
                try write(["t1.png", "flair.png", "seg.png", "b.png", "b_seg.png"], in: $0)
                try $0.write(
                    #"{"training": [{"image": "t1.png", "label": "seg.png"}, {"image": "flair.png", "label": "seg.png"}, "#
                        + #"{"image": "b.png", "label": "b_seg.png"}]}"#, to: "dataset.json")
            }, expected: "DIR/dataset.json: DIR/seg.png belongs to two cases, 'flair' and 't1': a case stands once"),
        Row(
            testDescription: "a training case and a test case of one name",
            make: {
                try write(["imagesTr/a_0000.png", "labelsTr/a.png", "imagesTr/b_0000.png", "labelsTr/b.png"], in: $0)
                try write(["imagesTs/a_0000.png", "labelsTs/a.png"], in: $0)
                try $0.write(#"{"channel_names": {"0": "T1"}, "labels": {"background": 0, "a": 1}}"#, to: "dataset.json")
                try $0.write(#"[{"train": ["a"], "val": ["b"]}]"#, to: "splits_final.json")
            },
            expected:
                "DIR/splits_final.json: two cases are called 'a': DIR/imagesTr/a_0000.png and DIR/imagesTs/a_0000.png; rename"),
    ]

    @Test(arguments: rows)
    func sharedFilesAreRefused(_ row: Row) throws {
        let folder = try TemporaryFolder()
        try row.make(folder)
        let root = row.path.isEmpty ? folder.url : folder(row.path)
        let (listing, layout) = try DataSetFolder(root).open(LayoutSettings())
        for rule in [SplitRule.own, .random(SeededSplit(seed: 1, validation: 0.4, test: 0))] {
            let message = folder.message {
                _ = try rule.dataSet(of: listing, layout: layout, classNames: ["x", "y"], root: folder.url, seed: 1)
            }
            // Which of two links is named depends on the split.
            #expect(message.replacing(/labels\/[ac].png/, with: "labels/…png").hasPrefix(row.expected), "\(message)")
        }
    }
}
