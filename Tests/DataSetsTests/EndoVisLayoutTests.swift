import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

struct EndoVisLayoutTests {
    private func labels(_ folder: TemporaryFolder, task: String, overlaps: OverlapRule? = nil, map: LabelMap) throws -> [UInt8] {
        let settings = LayoutSettings(layout: .endovis, task: task, overlaps: overlaps)
        let listing = try DataSetFolder(folder.url).open(settings).listing
        let recipe = Recipe(
            labels: map, normalization: .range(low: 0, high: 255), fit: .pad(to: GridSize(height: 3, width: 4)))
        return try #require(CaseReader(recipe).read(listing.entries[0].dataCase).labels)
    }

    /// Masks 10 10 20 20 0… (prograsp) and 20 10 10 0 0 0 0 0 40 0 30 0 (other), the second in colour.
    @Test func tasksReadTheSameMasksDifferently() throws {
        let folder = try TemporaryFolder()
        try folder.writeEndoVis(videos: [1], frames: [0])
        let parts = try LabelMap([0: 0, 10: 1, 20: 2, 30: 3, 40: 4])
        #expect(
            try labels(folder, task: "parts", map: parts) == [255, 1, 255, 2, 0, 0, 0, 0, 4, 0, 3, 0], "overlaps are ignored")
        #expect(
            try labels(folder, task: "parts", overlaps: .sum, map: parts) == [3, 2, 3, 2, 0, 0, 0, 0, 4, 0, 3, 0],
            "the authors' sum: 10 + 20 is 30")
        #expect(
            try labels(folder, task: "parts", overlaps: .priority([30, 20, 40, 10]), map: parts)
                == [2, 1, 2, 2, 0, 0, 0, 0, 4, 0, 3, 0])
        #expect(
            try labels(folder, task: "binary", map: LabelMap(identity: 2)) == [1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0])
        #expect(
            try labels(folder, task: "type", map: LabelMap(identity: 8)) == [255, 255, 255, 2, 0, 0, 0, 0, 7, 0, 7, 0])
    }

    @Test func thePapersSplitGoesByFrame() throws {
        let folder = try TemporaryFolder()
        try folder.writeEndoVis()
        let (listing, layout) = try DataSetFolder(folder.url).open(LayoutSettings())
        func split(_ rule: SplitRule) throws -> DataSet {
            try rule.dataSet(of: listing, layout: layout, classNames: ["a"], root: folder.url, seed: 3)
        }
        let paper = try split(.paper)
        #expect(try paper.cases(of: .train).map(\.id).prefix(3) == ["video1/frame000", "video1/frame149", "video2/frame000"])
        #expect(Split.allCases.map(paper.count) == [6, 6, 6])
        #expect(paper.notes.count == 1)
        let own = try split(.own)
        let videos = try Split.allCases.map { Set(try own.cases(of: $0).map(\.group)) }
        #expect(videos.reduce(0) { $0 + $1.count } == 3, "each video in one split")
    }

    /// The official test set: frames 225 to 299, and data sets of their own; of some clips no frames were fetched.
    @Test func framesThatThePaperDoesNotNameAreListed() throws {
        let folder = try TemporaryFolder()
        try folder.writeEndoVis(videos: [1], frames: [0, 150, 200, 225, 299])
        try folder.writeEndoVis(videos: [9, 10], frames: [0, 299])
        try folder.write("", to: "instrument_dataset_2/ground_truth/Other_labels/frame000.png")
        let (listing, layout) = try DataSetFolder(folder.url).open(LayoutSettings())
        #expect(listing.entries.count == 9)
        #expect(listing.notes == ["instrument_dataset_2 has no left_frames: left out"])
        func split(_ listing: CaseListing) throws -> DataSet {
            try SplitRule.paper.dataSet(of: listing, layout: layout, classNames: ["a"], root: folder.url, seed: 3)
        }
        let paper = try split(listing)
        #expect(Split.allCases.map(paper.count) == [1, 1, 1])
        #expect(
            paper.notes.contains(
                "the paper's split names the frames 000 to 224 of the data sets 1 to 8: 6 of 9 cases are left out"))
        let others = CaseListing(
            origin: listing.origin, entries: listing.entries.filter { $0.paperSplit == nil }, paperNames: listing.paperNames)
        #expect(
            folder.message { _ = try split(others) }
                == "DIR: the paper's split names the frames 000 to 224 of the data sets 1 to 8, of which there are none here; take "
                + "another rule than 'paper'")
    }
}
