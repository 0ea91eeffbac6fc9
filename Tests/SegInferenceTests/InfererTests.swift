import Foundation
import MedicalImages
import RunTestSupport
import Sampling
import SegConfiguration
import SegModels
import TestSupport
import Testing
import Torch

@testable import SegInference

@Suite struct InfererTests {
    /// Scores 1 more than another inferer's for every class but the first: composed as a window or an average would be.
    private struct Raised: Inferer {
        let base: any Inferer
        var bytesOfOne = 0
        var channelCount: Int { base.channelCount }
        var classCount: Int { base.classCount }
        var parameterCount: Int { base.parameterCount }

        func scores(of images: Tensor) throws -> Tensor {
            let scores = try base.scores(of: images)
            return try .concatenated([scores.narrowed(1, 0..<1), scores.narrowed(1, 1..<classCount) + 1], 1)
        }

        func bytes(count: Int, size: GridSize) -> Int? { count * bytesOfOne }
    }

    /// A picture of 4×4 with the values 0 to 15.
    private func prepared(_ model: SegmentationModel, in folder: URL) throws -> PreparedCase {
        let file = folder.appending(path: "a.png")
        try PNG.write(gray: (0..<16).map { UInt8($0) }, width: 4, height: 4, to: file)
        return try CaseReader(model.recipe, channels: 1).read(.init(id: "a", group: "a", image: ImageLocation(file), label: nil))
    }

    private func model(_ wrap: (any Inferer) -> any Inferer) throws -> SegmentationModel {
        let plain = try LevelNetwork.model([0, 10])
        return try SegmentationModel(wrap(plain.inferer), configuration: plain.configuration)
    }

    @Test func aModelAsksItsInfererAlone() throws {
        try withTemporaryFolder { folder in
            // Scores are 0 and 10x − 50: class 1 above 5; raised by 1, still so; by a network whose levels lie at 0 and 10.
            let plain = try model { $0 }
            let raised = try model { Raised(base: Raised(base: Raised(base: $0))) }
            let own = try plain.predict(prepared(plain, in: folder))
            #expect(own == (0..<16).map { $0 > 5 ? 1 : 0 })
            var gaps: [Float] = []
            _ = try raised.predict(
                prepared(raised, in: folder),
                collect: { samples in
                    let scores = try samples.nativeScores()[0]
                    gaps = (0..<16).map { scores[16 + $0] - scores[$0] }
                })
            let expected: [Float] = (0..<16).map { Float(10 * $0 - 47) }
            #expect(gaps == expected)
        }
    }

    @Test func whatDoesNotFitIntoMemoryIsNotBegun() throws {
        try withTemporaryFolder { folder in
            let petabyte = 1_000_000_000_000_000
            let model = try model { Raised(base: $0, bytesOfOne: petabyte) }
            let case_ = try prepared(model, in: folder)
            let error = #expect(throws: TooLittleMemory.self) { try model.predict(case_) }
            #expect(
                error?.description.hasPrefix(
                    "the scores of 'a', of 8×8 (rows × columns) for the network, would take about 1000000.0 GB, and "
                ) == true,
                "\(error?.description ?? "")")
        }
    }

    @Test func aNetworksMemoryGrowsWithItsInput() throws {
        for architecture in NetworkConfiguration.Architecture.allCases {
            let network = try NetworkConfiguration(architecture: architecture).makeNetwork(
                channels: 1, classes: 2, generator: Generator(seed: 1))
            let small = network.evaluationBytes(sizes: [64, 64])
            // The first level stands nine times, with float32 numbers, and the scores twice.
            #expect(small >= 4 * (9 * 16 + 2 * 2) * 64 * 64)
            #expect(network.evaluationBytes(sizes: [128, 128]) == 4 * small)
            #expect(network.evaluationBytes(sizes: [65, 64]) > small)
        }
    }
}
