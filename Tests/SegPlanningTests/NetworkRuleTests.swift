import Foundation
import TestSupport
import Testing

@testable import SegPlanning

/// The rules together against what nnU-Net's own planners planned (`Tests/Golden/plans.py`).
@Suite struct NetworkRuleTests {
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        struct Plan: Decodable, Sendable {
            let spacing, median: [Double]
            let patch: [Int]
            let batch: Int
            let features: [Int]
            let strides, kernels: [[Int]]
            let blocks: [Int]
        }

        let name: String
        let spacings: [[Double]]
        let shapes: [[Int]]
        let `repeat`: Int
        let channels, classes: Int
        let memory: Double?
        let plans: [String: Plan]

        var testDescription: String { name }

        /// What the rules see of it.
        func data(dimensions: Int) -> PatchPlan.Data {
            let spacings = Array(repeating: spacings, count: `repeat`).flatMap(\.self)
            let shapes = Array(repeating: shapes, count: `repeat`).flatMap(\.self)
            let target = TargetSpacing(spacings: spacings, sizes: shapes)
            let sizes = zip(shapes, spacings).map { target.size(of: $0, at: $1) }
            let median = (0..<3).map { axis in sizes.map { Double($0[axis]) }.percentile(50) }
            return PatchPlan.Data(
                spacing: target.lengths.suffix(dimensions), medianShape: median.suffix(dimensions),
                voxels: median.reduce(1, *) * Double(sizes.count), channels: channels, classes: classes)
        }
    }

    static func rows() throws -> [Row] {
        try JSONDecoder().decode(
            [Row].self, from: Data(contentsOf: TestFolders.package.appending(path: "Tests/Golden/plans.json")))
    }

    @Test(arguments: try rows())
    func plansAreThoseOfNNUNet(_ row: Row) throws {
        for (word, network) in PlannedNetwork.allCases.map({ ($0.rawValue, $0) }) {
            let memory = row.memory ?? network.gigabytes
            for (configuration, dimensions) in [("3d_fullres", 3), ("2d", 2)] {
                let expected = try #require(row.plans["\(word) \(configuration)"])
                let data = row.data(dimensions: dimensions)
                #expect(zip(data.spacing, expected.spacing).allSatisfy { abs($0 - $1) < 1e-9 }, "\(data.spacing)")
                #expect(data.medianShape == expected.median)
                let found = try PatchPlan(network, for: data, memory: memory)
                let place = Comment(rawValue: "\(word) \(configuration)")
                #expect(found.patch == expected.patch, place)
                #expect(found.pooling.strides == expected.strides, place)
                #expect(found.pooling.kernels == expected.kernels, place)
                #expect(found.features == expected.features, place)
                #expect(network.blocks(levels: found.features.count) == expected.blocks, place)
                #expect(found.batch == expected.batch, place)
            }
            let data = row.data(dimensions: 3)
            let stage = try LowResolutionStage(
                before: PatchPlan(network, for: data, memory: memory), data: data, memory: memory)
            let expected = row.plans["\(word) 3d_lowres"]
            #expect((stage == nil) == (expected == nil), "\(word)")
            guard let stage, let expected else { continue }
            #expect(stage.patch == expected.patch)
            #expect(zip(stage.spacing, expected.spacing).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    /// One level of 4² pixels above one of 2², by hand: two convolutions of 8 features above, two of 16 below, one transposed
    /// convolution, two convolutions and the head of 3 classes.
    @Test func elementsAndMultiplicationsAreCounted() {
        let pooling = PoolingPlan(spacing: [1, 1], size: [8, 8])
        #expect(pooling.strides == [[1, 1], [2, 2]])
        let plain = ConvolutionLayers(.plain, channels: 1, classes: 3, features: [8, 16], pooling: pooling)
        #expect(plain.elements == 64 * (8 + 8 + 8 + 8 + 8 + 3) + 16 * (16 + 16))
        #expect(
            plain.multiplications
                == 64 * 9 * (8 + 64) + 16 * 9 * (8 * 16 + 16 * 16) + 64 * (16 * 8) + 64 * 9 * (16 * 8 + 8 * 8) + 64 * 8 * 3)
        // A stem, a block of two convolutions, three blocks below of which the first has a skip, one convolution above.
        let residual = ConvolutionLayers(.residualM, channels: 1, classes: 3, features: [8, 16], pooling: pooling)
        #expect(residual.elements == 64 * (8 + 8 + 8 + 8 + 8 + 3) + 16 * (7 * 16))
    }

    @Test func whatIsTooLittleIsTold() throws {
        let data = PatchPlan.Data(spacing: [1, 1, 1], medianShape: [100, 100, 100], voxels: 1e8, channels: 1, classes: 2)
        let tooLittle = try #require(messageThrown { _ = try PatchPlan(.plain, for: data, memory: 1e-5) })
        #expect(tooLittle.hasPrefix("no network fits into 1e-05 GB of memory: the smallest takes about "), "\(tooLittle)")
        let needed = try #require(Double(tooLittle.split(separator: " ").last { Double($0) != nil } ?? ""))
        #expect(throws: Never.self) { try PatchPlan(.plain, for: data, memory: needed) }
        let tiny = PatchPlan.Data(spacing: [1, 1, 1], medianShape: [5, 7, 6], voxels: 1e4, channels: 1, classes: 2)
        #expect(
            messageThrown { _ = try PatchPlan(.plain, for: tiny, memory: 8) }
                == "the cases are too small for a network of volumes: their median shape is 5×7×6 voxels, expected 8 or more along two "
                + "axes, or 12 along one")
    }
}
