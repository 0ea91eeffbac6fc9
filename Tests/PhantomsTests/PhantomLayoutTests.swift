import CaseTestSupport
import Foundation
import MedicalImages
import TestSupport
import Testing

@testable import DataSets
@testable import Phantoms

/// Phantoms in the layouts of the paper's data sets.
struct PhantomLayoutTests {
    @Test func chestsLieAsUESTCs() throws {
        try withTemporaryFolder { folder in
            let root = folder.appending(path: "uestc")
            let phantom = CTPhantom(cases: 12, width: 40, height: 32, depth: 2, seed: 3)
            try phantom.writeUESTC(to: root)
            let finding = try DataSetFolder(root).recognize(LayoutSettings())
            #expect(finding.layout == .uestc)
            #expect(finding.window == 0...1)
            for task in ["part1", "part2"] {
                let (listing, layout) = try DataSetFolder(root).open(LayoutSettings(layout: .uestc, task: task), table: nil)
                let dataSet = try SplitRule.own.dataSet(
                    of: listing, layout: layout, classNames: ["background", "lesion"], root: root, seed: 1)
                let counts = try [Split.train, .validation, .test].map { try dataSet.cases(of: $0).count }
                #expect(counts == [4, 1, 1], "\(task)")
            }
            // (clip(HU, -1400, 100) + 1400) / 1500
            let image = try NIfTI.read(root.appending(path: "part1/image/case_1.nii.gz"))
            guard case .float32(let values) = image.samples else {
                Issue.record("expected floats")
                return
            }
            let expected = phantom.volume(0).hounsfield.map { (Float(min(max($0, -1400), 100)) + 1400) / 1500 }
            #expect(values == expected)
            #expect(values.allSatisfy { (0...1).contains($0) })
            #expect(throws: PhantomFolderError.self) { try phantom.writeUESTC(to: root) }
        }
    }

    @Test func wholeNumbersAreHounsfieldUnits() throws {
        try withTemporaryFolder { folder in
            let root = folder.appending(path: "part1")
            for kind in ["image", "label"] {
                try FileManager.default.createDirectory(at: root.appending(path: kind), withIntermediateDirectories: true)
                try NIfTI.write(
                    .int16([0, 1, 0, 1]), extent: Extent(width: 2, height: 2, depth: 1),
                    geometry: VoxelGeometry(spacing: [1, 1, 1]),
                    to: root.appending(path: "\(kind)/case_1.nii.gz"))
            }
            let finding = try DataSetFolder(root).recognize(LayoutSettings())
            #expect(finding.layout == .uestc && finding.window == nil)
        }
    }

    @Test func scenesLieAsEndoViss() throws {
        try withTemporaryFolder { folder in
            let root = folder.appending(path: "endovis")
            let phantom = SurgicalPhantom(videos: 2, frames: 12, width: 48, height: 40, seed: 3)
            try phantom.writeEndoVis(to: root)
            let finding = try DataSetFolder(root).recognize(LayoutSettings())
            #expect(finding.layout == .endovis)
            let (listing, layout) = try DataSetFolder(root).open(finding.settings, table: nil)
            let dataSet = try SplitRule.paper.dataSet(
                of: listing, layout: layout, classNames: SurgicalPhantom.classNames, root: root, seed: 1)
            let counts = try [Split.train, .validation, .test].map { try dataSet.cases(of: $0).count }
            #expect(counts == [16, 4, 4])
            let mask = try PNG.read(root.appending(path: "instrument_dataset_2/ground_truth/Other_labels/frame000.png"))
            guard case .uint8(let values) = mask.samples else {
                Issue.record("expected bytes")
                return
            }
            #expect(values == phantom.video(1)[0].labels.map { 10 * $0 })
        }
    }
}
