import Foundation
import MedicalImages
import TestSupport
import Testing

@testable import DataSets
@testable import SegConfiguration

/// What a data set says of itself stands over the preset and below everything that was written.
@Suite struct DataSetLayerTests {
    private func write(_ files: [String], to folder: URL) throws {
        for file in files {
            let url = folder.appending(path: file)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            if file.hasSuffix(".png") {
                try PNG.write(gray: [0, 1, 2, 0], width: 2, height: 2, to: url)
            } else {
                try Data(Self.description.utf8).write(to: url)
            }
        }
    }

    private static let description = """
        {"channel_names": {"0": "CT"}, "file_ending": ".png", "numTraining": 4,
         "labels": {"background": 0, "liver": 1, "tumour": 2}}
        """

    private func writeNNUNet(to folder: URL) throws {
        try write(["dataset.json"] + (1...4).flatMap { ["imagesTr/c\($0)_0000.png", "labelsTr/c\($0).png"] }, to: folder)
    }

    @Test func classesAndLayoutComeFromTheDataSet() throws {
        try withTemporaryFolder { folder in
            try writeNNUNet(to: folder)
            let configuration = try ConfigurationReader(file: nil, data: folder).configuration()
            #expect(configuration.data.folder == folder.path)
            #expect(configuration.data.layout == .nnunet)
            #expect(configuration.data.classes.map(\.name) == ["background", "liver", "tumour"])
            #expect(configuration.training.batchSize == 8, "the preset's")
            let dataSet = try configuration.openDataSet(at: nil)
            #expect(dataSet.layout == .nnunet)
            #expect(Split.allCases.map(dataSet.count) == [2, 1, 1])
            #expect(dataSet.notes == ["the data set names no split for 4 cases: they were split at random, seed 1"])
        }
    }

    @Test func whatIsWrittenStandsAbove() throws {
        try withTemporaryFolder { folder in
            try writeNNUNet(to: folder)
            let classes = "data.classes=[{name: rest, values: [0, 1]}, {name: tumour, values: [2]}]"
            let reader = try ConfigurationReader(
                file: nil, overrides: [classes, "data.split={folds: {count: 2, fold: 1, seed: 3}}"], data: folder)
            let configuration = try reader.configuration()
            #expect(configuration.data.classNames == ["rest", "tumour"])
            #expect(configuration.data.split == .folds(FoldSplit(count: 2, fold: 1, seed: 3)))
            #expect(try Split.allCases.map(configuration.openDataSet(at: nil).count) == [2, 2, 0])
        }
    }

    @Test func aNullLeavesTheWordToTheDataSet() throws {
        try withTemporaryFolder { folder in
            try writeNNUNet(to: folder)
            let plain = try ConfigurationReader(file: nil, data: folder).configuration()
            let nulls = ["data.images=null", "data.labels=null", "data.layout=null", "data.classes=null", "data.label_grid=null"]
            let configuration = try ConfigurationReader(
                file: nil, overrides: ["data.images=nowhere"] + nulls, data: folder
            ).configuration()
            #expect(configuration == plain)
        }
    }

    @Test func theResolvedConfigurationReadsTheSameFilesAgain() throws {
        try withTemporaryFolder { folder in
            try write((1...4).flatMap { ["x/\($0).png", "x/\($0)_mask.png"] }, to: folder)
            let first = try ConfigurationReader(file: nil, data: folder).configuration()
            #expect(first.data.layout == .pairs)
            #expect(first.data.images.patterns == ["x/*.png"] && first.data.labels.patterns == ["x/*_mask.png"])
            let again = try JSONDecoder().decode(RunConfiguration.self, from: JSONEncoder().encode(first))
            #expect(again == first)
            #expect(try again.openDataSet(at: nil) == first.openDataSet(at: nil))
        }
    }

    @Test(arguments: [
        (
            "data.layout=nnUNet",
            "--set data.layout=nnUNet: data.layout: expected one of csv, nnunet, decathlon, uestc, endovis, "
                + "objects, folders, pairs, cases, grids, found 'nnUNet'"
        ),
        ("data.layout=decathlon", "DIR: it does not look like layout 'decathlon'; leave the layout out to see what it is"),
        (
            "data.split=half",
            "--set data.split=half: data.split: expected own, paper, a table such as split.csv, "
                + "{random: {validation: …, test: …, seed: …}}, or {folds: {count: …, fold: …, seed: …}}, found 'half'"
        ),
        (
            "data.overlaps=first",
            "--set data.overlaps=first: data.overlaps: expected ignore, sum, or a list of label values, "
                + "the one in front first, found 'first'"
        ),
        (
            "input.crop=[1, 2]",
            "--set input.crop=[1, 2]: input.crop: expected [x, y, width, height] in pixels, or nonzero, found a list"
        ),
    ])
    func refuses(override: String, expected: String) throws {
        try withTemporaryFolder { folder in
            try writeNNUNet(to: folder)
            let message = messageThrown {
                _ = try ConfigurationReader(file: nil, overrides: [override], data: folder).configuration()
            }
            #expect(message?.replacing(folder.path, with: "DIR") == expected)
        }
    }
}
