import CaseTestSupport
import Foundation
import MedicalImages
import Testing

@testable import DataSets
@testable import Sampling

struct LabelReadingTests {
    /// Two masks of parts in a row of eight pixels: 10 20 30 0 10 10 40 0 over 0 10 30 20 20 10 30 0.
    @Test(
        arguments: [
            (.ignore, [10, 20, 30, 20, 10, 10, 40, 0], [1, 4, 6]),
            (.sum, [10, 30, 60, 20, 30, 20, 70, 0], []),
            (.priority([30, 20, 40, 10]), [10, 20, 30, 20, 20, 10, 30, 0], []),
            (.priority([10]), [10, 10, 30, 20, 10, 10, 30, 0], []),
        ] as [(OverlapRule, [Int32], [Int])])
    func overlapsFollowTheRule(rule: OverlapRule, values: [Int32], undecided: [Int]) throws {
        let folder = try TemporaryFolder()
        try folder.write(gray: [10, 20, 30, 0, 10, 10, 40, 0], width: 8, to: "a.png")
        try PNG.write(
            rgb: [0, 10, 30, 20, 20, 10, 30, 0].flatMap { [$0, $0, $0] }, width: 8, height: 1, to: folder("b.png"))
        let reading = try LabelReading(LabelSource([.init(folder("a.png")), .init(folder("b.png"))], overlap: rule))
        #expect(reading.values == values)
        #expect(reading.undecided == undecided)
        #expect(reading.extent == Extent(width: 8, height: 1))
    }

    @Test(arguments: [Int32.max, .min])
    func sumsBeyond32BitsAreRefused(value: Int32) throws {
        let folder = try TemporaryFolder()
        let extent = Extent(width: 3, height: 1)
        try folder.write(.int32([0, 5, value]), extent, to: "a.nii")
        try folder.write(.int32([7, 5, value.signum()]), extent, to: "b.nii")
        let source = LabelSource([.init(folder("a.nii")), .init(folder("b.nii"))], overlap: .sum)
        #expect(
            folder.message { _ = try LabelReading(source) }
                == "DIR/b.nii: its \(value.signum()) and the \(value) of the masks before it, from DIR/a.nii on, add up to more "
                + "than 32 bits at x 2, y 0, z 0; give the masks smaller values, or another rule by data.overlaps")
    }

    @Test func valuesThatAreNearlyWholeAreRoundedAndNoted() throws {
        let folder = try TemporaryFolder()
        let extent = Extent(width: 4, height: 1)
        try folder.write(.float32([0, 0.9999999, 1, 2.0004]), extent, to: "a.nii")
        let reading = try LabelReading(LabelSource(file: folder("a.nii")))
        #expect(reading.values == [0, 1, 1, 2])
        #expect(reading.notes.map(\.kind) == [.labelsRounded])
        #expect(try LabelVolume(contentsOf: folder("a.nii"), map: LabelMap(identity: 3)).notes == reading.notes)
        // Masks of one class each say it once.
        let twice = try LabelReading(LabelSource([.init(folder("a.nii")), .init(folder("a.nii"))], overlap: .ignore))
        #expect(twice.notes == reading.notes)
        var notes = CaseNotes()
        for id in ["a", "b", "c", "d"] { notes.add(reading.notes, of: id) }
        #expect(notes.lines == ["labels of 4 cases (a, b, c, …): values within 0.001 of whole numbers are rounded to them"])
    }

    @Test func undecidedPixelsAreIgnoredWhateverTheMap() throws {
        let folder = try TemporaryFolder()
        try folder.write(gray: [5, 9, 7, 7], width: 4, to: "i.png")
        try folder.write(gray: [1, 1, 0, 0], width: 4, to: "a.png")
        try folder.write(gray: [0, 3, 3, 0], width: 4, to: "b.png")
        let source = LabelSource([.init(folder("a.png"), value: 1), .init(folder("b.png"), value: 2)], overlap: .ignore)
        let recipe = Recipe(
            labels: LabelMap(identity: 3), normalization: .range(low: 0, high: 1), fit: .pad(to: GridSize(height: 1, width: 4)))
        let prepared = try CaseReader(recipe).read(
            DataCase(id: "i", group: "i", image: ImageLocation(folder("i.png")), label: source))
        #expect(prepared.labels == [1, 255, 2, 0])
    }

    @Test func objectsAreUnited() throws {
        let folder = try TemporaryFolder()
        try folder.write(gray: [255, 0, 0, 0], width: 4, to: "a.png")
        try folder.write(gray: [255, 0, 7, 0], width: 4, to: "b.png")
        let reading = try LabelReading(LabelSource(union: [folder("a.png"), folder("b.png")]))
        #expect(reading.values == [1, 0, 1, 0])
        #expect(reading.undecided.isEmpty)
    }

    @Test func masksOfSeveralSizesAreRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write(gray: [0, 1], width: 2, to: "a.png")
        try folder.write(gray: [0, 1, 1], width: 3, to: "b.png")
        #expect(
            folder.message { _ = try LabelReading(LabelSource(union: [folder("a.png"), folder("b.png")])) }
                == "DIR/b.png: 3×1×1 voxels, but DIR/a.png of the same case has 2×1×1; resample the channels to one grid")
    }
}
