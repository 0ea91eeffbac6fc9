import Foundation
import MedicalImages
import RunTestSupport
import TestSupport
import Testing
import Torch

@testable import DataSets
import Randomness
@testable import Sampling
@testable import SegInference

/// One scan gives one segmentation, in whatever order its file stores the axes.
@Suite struct StoredOrdersTests {
    /// All 48.
    static let codes = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].flatMap { order in
        (0..<8).map { bits in String(order.map { Array(["LR", "PA", "IS"][$0])[bits >> $0 & 1] }) }
    }
    private static let extent = Extent(width: 18, height: 12, depth: 5)
    private static let geometry = VoxelGeometry(
        affine: Affine(rowMajor: [-1.5, 0, 0, 20, 0, -1.5, 0, 15, 0, 0, 4, -7, 0, 0, 0, 1]))

    private static func write(_ values: Samples, as code: String, to url: URL) throws {
        let order = AxisOrder(towards: code, from: geometry.orientation)
        let samples: Samples =
            switch values {
            case .int16(let values): .int16(order.apply(to: values, of: extent))
            case .uint8(let values): .uint8(order.apply(to: values, of: extent))
            default: values
            }
        try NIfTI.write(
            samples, extent: order.extent(of: extent), geometry: order.geometry(of: geometry, extent: extent), to: url)
    }

    private static func readInOrder(_ url: URL) throws -> [Int32] {
        let image = try ImageFile.read(url)
        let geometry = try #require(image.geometry)
        return AxisOrder(towards: "LPS", from: geometry.orientation).apply(to: try image.labelValues(), of: image.extent)
    }

    @Test(arguments: [AnatomicalPlane.axial, .coronal, .sagittal])
    func all48OrdersGiveTheSameLabels(_ plane: AnatomicalPlane) throws {
        try TorchLibrary.setThreadCount(1)
        try withTemporaryFolder { folder in
            var generator = SeededGenerator(seed: 5)
            let intensities = (0..<Self.extent.voxelCount).map { _ in Int16.random(in: -400...400, using: &generator) }
            let truth = intensities.map { UInt8($0 > 150 ? 1 : 0) }
            let configuration = try TinyRun.configuration([
                "input.plane=\(plane.rawValue)", "input.normalization=z_score", "input.fit={pad: [32, 32]}",
            ])
            let model = try SegmentationModel(checkpoint: TinyCheckpoint.make(configuration))
            var known: (labels: [Int32], prepared: PreparedCase)?
            for code in Self.codes {
                let (image, label) = (folder.appending(path: "\(code).nii"), folder.appending(path: "\(code)_l.nii"))
                try Self.write(.int16(intensities), as: code, to: image)
                try Self.write(.uint8(truth), as: code, to: label)
                let dataCase = DataCase(id: code, group: code, image: ImageLocation(image), label: label)
                let prepared = try CaseReader(model.recipe).read(dataCase)
                let output = folder.appending(path: "\(code)_out.nii")
                try Predictor(model).run(.init(dataCase, output: output))
                let labels = try Self.readInOrder(output)
                if let known {
                    #expect(
                        prepared.image.values == known.prepared.image.values && prepared.labels == known.prepared.labels,
                        "\(code)")
                    #expect(labels == known.labels, "\(code)")
                } else {
                    known = (labels, prepared)
                    #expect(Set(labels) == [0, 1], "a network that says something")
                }
                let (source, written) = (try ImageFile.readInfo(image), try ImageFile.readInfo(output))
                #expect(source.geometry?.orientation == code)
                #expect(written.geometry == source.geometry && written.extent == source.extent)
            }
        }
    }

    /// A checkpoint of before there were anatomical planes: planes of the file, as it was trained on.
    @Test func anEarlierCheckpointPredictsWhatItDid() throws {
        try TorchLibrary.setThreadCount(1)
        try withTemporaryFolder { folder in
            let earlier = TestFolders.package.appending(path: "Tests/Earlier")
            let checkpoint = try Checkpoint(contentsOf: earlier.appending(path: "checkpoint.safetensors"))
            #expect(checkpoint.manifest.configuration.input.plane == .file)
            #expect(checkpoint.manifest.splits == nil && checkpoint.manifest.voxels == nil)
            let output = folder.appending(path: "out.nii.gz")
            let image = earlier.appending(path: "image.nii.gz")
            try Predictor(SegmentationModel(checkpoint: checkpoint)).run(
                .init(DataCase(id: "image", group: "image", image: ImageLocation(image), label: nil), output: output))
            let (found, expected) = (
                try ImageFile.read(output), try ImageFile.read(earlier.appending(path: "labels.nii.gz"))
            )
            #expect(found.samples == expected.samples && found.geometry == expected.geometry)
            #expect(Set(try expected.labelValues()) == [0, 1, 2])
        }
    }
}
