import CaseTestSupport
import TestSupport
import DataSets
import Foundation
import MedicalImages
import RunTestSupport
import Sampling
import SegConfiguration
import Testing
import Torch

@testable import SegInference

/// Models of planes and of volumes, in other orders and at other spacings, meet at native size.
@Suite struct JointProbabilitiesTests {
    private let extent = Extent(width: 6, height: 5, depth: 4)

    private func withCase(_ body: (DataCase, [Float]) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let values = (0..<extent.voxelCount).map { Float(($0 * 7919) % 97) / 48 }
            let image = folder.appending(path: "a.nii"), label = folder.appending(path: "l.nii")
            let geometry = VoxelGeometry(spacing: [1, 1, 2])
            try NIfTI.write(.float32(values), extent: extent, geometry: geometry, to: image)
            try NIfTI.write(.uint8(values.map { $0 > 1 ? 1 : 0 }), extent: extent, geometry: geometry, to: label)
            try body(DataCase(id: "a", group: "p", image: ImageLocation(image), label: label), values)
        }
    }

    private func model(_ levels: [Double], _ overrides: [String], fit: String, partners: [SegmentationModel] = []) throws
        -> SegmentationModel
    {
        let one = try LevelNetwork.model(levels, fit: fit, overrides: overrides)
        return try SegmentationModel(one.inferer, configuration: one.configuration, partners: partners)
    }

    /// Softmax of the level network's scores, a plain loop.
    private func probability(_ x: Float, _ levels: [Double], of k: Int) -> Double {
        let shares = levels.map { exp(Double(x) * $0 - $0 * $0 / 2) }
        return shares[k] / shares.reduce(0, +)
    }

    @Test(arguments: ["axial", "sagittal"])
    func isTheMeanOfTheProbabilities(plane: String) throws {
        try withCase { dataCase, values in
            let volumes = try model(
                [0, 1.5],
                [
                    "network.dimensions=3", "network.strides=[[1,1,1],[1,1,1]]", "network.features=[8,16]",
                    "network.dropout=[0,0]",
                ], fit: "{pad: [8, 8, 8]}")
            let joint = try model([0, 1], ["input.plane=\(plane)"], fit: "{pad: [8, 8]}", partners: [volumes])
            let prepared = try joint.read(dataCase)
            var found = [[Float]](repeating: [Float](repeating: .nan, count: prepared.extent.voxelCount), count: 2)
            var labels: [UInt8] = []
            var steps: [Int] = []
            let classes = try joint.predict(
                prepared,
                onStep: { done, count in
                    steps.append(done); #expect(count == 2000)
                }
            ) { part in
                for (number, scores) in zip(part.numbers, try part.nativeScores()) {
                    let (start, size) = (prepared.grid.voxels(ofSample: number).lowerBound, scores.count / 2)
                    for k in 0..<2 { found[k].replaceSubrange(start..<start + size, with: scores[k * size..<(k + 1) * size]) }
                }
                labels += try part.networkLabels().flatMap { $0 }
            }
            #expect(steps == steps.sorted() && steps.last == 2000)
            #expect(labels == prepared.labels)
            let intensities = prepared.grid.apply(to: values)
            for (voxel, x) in intensities.enumerated() {
                let expected = (probability(x, [0, 1], of: 1) + probability(x, [0, 1.5], of: 1)) / 2
                #expect(abs(Double(exp(found[1][voxel])) - expected) < 1e-3)
                if abs(expected - 0.5) > 1e-3 { #expect(classes[voxel] == (expected > 0.5 ? 1 : 0)) }
            }
        }
    }

    @Test func checkpointsOfOneWayAreOneEnsemble() throws {
        let plain = try TinyRun.configuration(), other = try TinyRun.configuration(["input.fit={pad: [64, 64]}"])
        let checkpoints = try [plain, other, plain].map { try TinyCheckpoint.make($0) }
        let groups = try Checkpoint.grouped(checkpoints)
        #expect(groups.map(\.count) == [2, 1])
        let model = try SegmentationModel(ensemble: [checkpoints[0], checkpoints[1]])
        #expect(model.partners.count == 1 && !model.isOwnWay)
        #expect(
            model.way == "the mean probability of (one network on whole inputs) and (one network on whole inputs)")
    }
}
