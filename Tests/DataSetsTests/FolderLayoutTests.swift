import CaseTestSupport
import Foundation
import Testing

@testable import DataSets

struct FolderLayoutTests {
    /// A data set of empty files: the layout opens none of them.
    private func dataSet(images: [String], labels: [String], table: String?) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in images { try folder.write("", to: "images/\(name)") }
        for name in labels { try folder.write("", to: "labels/\(name)") }
        if let table { try folder.write(table, to: "split.csv") }
        return folder
    }

    private func read(_ folder: TemporaryFolder) throws -> DataSet {
        let listing = try FolderLayout(root: folder.url, images: ["images"], labels: ["labels"]).list()
        return try SplitRule.own.dataSet(of: listing, layout: .folders, classNames: ["a", "b"], root: folder.url, seed: 3)
    }

    @Test func pairsByStemInCountedOrder() throws {
        let folder = try dataSet(
            images: ["c_10.nii.gz", "c_2.nii", "c_1.nii.gz", "notes.txt"], labels: ["c_1.png", "c_2.png", "c_10.png"],
            table: "file,patient,split\nc_10.nii.gz,p,train\nc_2,p,train\nc_1,q,test\n")
        let data = try read(folder)
        #expect(try data.cases(of: .train).map(\.id) == ["c_2", "c_10"])
        #expect(try data.cases(of: .train).map(\.group) == ["p", "p"])
        #expect(try data.cases(of: .train)[0].image.files == [folder("images/c_2.nii")])
        #expect(try data.cases(of: .test).map(\.label) == [LabelSource(file: folder("labels/c_1.png"))])
        #expect(
            folder.message { _ = try data.cases(of: .validation) }
                == "DIR/split.csv: no case in the split 'validation'; put cases into it")
    }

    @Test func withoutATableTheSeedDecides() throws {
        let names = (1...10).map { "c\($0).png" }
        let folder = try dataSet(images: names, labels: names, table: nil)
        let data = try read(folder)
        #expect(Split.allCases.map(data.count) == [5, 2, 3])
        #expect(try data == read(folder))
    }

    @Test func rowsWithoutASplitLeaveFilesOut() throws {
        let folder = try dataSet(
            images: ["a.png", "b.png"], labels: ["a.png", "b.png", "gone.png"], table: "file,split\na,train\nb,\ngone,\n")
        #expect(Split.allCases.map(try read(folder).count) == [1, 0, 0])
    }

    @Test(
        arguments: [
            (
                [], ["a.png"], "file,split\na,train\n",
                "DIR/images: no image files in this folder; name the folder that holds them"
            ),
            (
                ["a.png", "b.png"], ["a.png"], "file,split\na,train\nb,train\n",
                "DIR/images: 1 image without a label of the same name in DIR/labels: b; add the labels or remove the images"
            ),
            (
                ["a.png"], ["a.png", "b.png", "c.png"], "file,split\na,train\n",
                "DIR/labels: 2 labels without an image of the same name in DIR/images: b, c; add the images or remove the labels"
            ),
            (
                ["a.png"], ["a.png"], "file,split\na,train\n" + (1...7).map { "x\($0),test\n" }.joined(),
                "DIR/split.csv: 7 cases not found in DIR/images: x1, x2, x3, x4, x5, …; add the files or remove the rows"
            ),
            (
                ["a.png", "b.png"], ["a.png", "b.png"], "file,split\na,train\n",
                "DIR/split.csv: 1 file of DIR/images in no row: b; add rows, with an empty split for files to leave out"
            ),
            (
                ["a.png", "a.nii"], ["a.png"], "file,split\na,train\n",
                "DIR/images: more than one file for 1 name: a; keep one file each"
            ),
            (
                ["a.png", "b.png"], ["a.png", "b.png"], "file,video,split\na,v,train\nb,v,test\n",
                "DIR/split.csv: group 'v' stands in 'train' and in 'test'; keep all cases of a patient or video in one split"
            ),
            (
                ["a.png"], ["a.png"], nil,
                "DIR/images: 1 group cannot be split, expected at least 3; add cases or ask for fewer splits"
            ),
        ] as [([String], [String], String?, String)])
    func refuses(images: [String], labels: [String], table: String?, expected: String) throws {
        let folder = try dataSet(images: images, labels: labels, table: table)
        if images.isEmpty { try folder.write("", to: "images/readme.txt") }
        #expect(folder.message { _ = try read(folder) } == expected)
    }

    @Test func refusesMissingFolders() throws {
        let folder = try TemporaryFolder()
        #expect(
            folder.message { _ = try read(folder) }
                == "DIR/images: no image files in this folder; name the folder that holds them")
        #expect(
            folder.message { _ = try FolderLayout(root: folder("nowhere"), images: ["a"], labels: ["b"]) }
                == "DIR/nowhere cannot be read: no such folder")
    }
}
