import DurableFiles
import Foundation
import RunTestSupport
import TestSupport
import Testing
import Torch
import TorchNN
import TorchTestSupport

@testable import SegExport
@testable import SegInference
@testable import SegModels

/// Graphs in onnxruntime against the networks that they were made of.
@Suite(.enabled(if: ONNXPeer.isThere, ONNXPeer.missing))
struct NetworkPeerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let configuration: NetworkConfiguration
        let channels: Int
        /// [B, H, W] or [B, D, H, W] of each input.
        let sizes: [[Int]]
    }

    private static let flat = [[1, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]]
    private static let anisotropic = [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 1]]

    static let rows =
        NetworkConfiguration.Normalization.allCases.flatMap { norm in
            [
                Row(
                    testDescription: "coplenet, planes, \(norm)",
                    configuration: .init(features: [8, 16, 32], dropout: [0, 0.1, 0.2], normalization: norm), channels: 1,
                    sizes: [[2, 16, 24], [1, 12, 8]]),
                Row(
                    testDescription: "unet, volumes, \(norm)",
                    configuration: .init(
                        architecture: .unet, dimensions: 3, features: [8, 16, 24, 32], dropout: [0, 0, 0.1, 0.2], kernels: flat,
                        strides: anisotropic, normalization: norm), channels: 2, sizes: [[2, 8, 16, 12], [1, 4, 8, 8]]),
            ]
        } + [
            Row(
                testDescription: "coplenet, volumes",
                configuration: .init(
                    dimensions: 3, features: [8, 16, 32, 64], dropout: [0, 0, 0, 0], kernels: flat, strides: anisotropic),
                channels: 1, sizes: [[1, 8, 16, 12], [2, 4, 16, 8]]),
            Row(
                testDescription: "unet, planes",
                configuration: .init(architecture: .unet, features: [8, 16, 32], dropout: [0, 0, 0]), channels: 3,
                sizes: [[2, 16, 24], [1, 4, 4]]),
            Row(
                testDescription: "plain, volumes, anisotropic, deep supervision",
                configuration: .init(
                    architecture: .plainConvUNet, dimensions: 3, features: [8, 16, 24, 24], dropout: [0, 0, 0, 0.1],
                    kernels: flat, strides: anisotropic, deepSupervision: true, normalization: .instance), channels: 2,
                sizes: [[2, 8, 16, 12], [1, 4, 16, 8]]),
            Row(
                testDescription: "plain, planes, batch norm",
                configuration: .init(
                    architecture: .plainConvUNet, features: [8, 16, 32], dropout: [0, 0, 0], blocks: [1, 2, 3],
                    decoderBlocks: [1, 2], normalization: .batch), channels: 1, sizes: [[2, 16, 24]]),
            Row(
                testDescription: "residual, volumes",
                configuration: .init(
                    architecture: .residualEncoderUNet, dimensions: 3, features: [8, 16, 16, 24], dropout: [0, 0, 0, 0],
                    strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 2]], blocks: [1, 2, 2, 2], deepSupervision: true,
                    normalization: .instance), channels: 1, sizes: [[2, 8, 16, 16], [1, 4, 16, 24]]),
            Row(
                testDescription: "residual, planes, group norm",
                configuration: .init(
                    architecture: .residualEncoderUNet, features: [8, 16, 24], dropout: [0, 0, 0], normalization: .group),
                channels: 3, sizes: [[2, 16, 16], [3, 8, 12]]),
        ]

    private func network(_ row: Row) throws -> any SegmentationNetwork {
        try TorchLibrary.setThreadCount(1)
        let network = try row.configuration.makeNetwork(channels: row.channels, classes: 3, generator: Generator(seed: 1))
        try RandomCheckpoint.randomize(network, seed: 1)
        return network
    }

    private func inputs(_ row: Row) throws -> [String: Tensor] {
        try Dictionary(
            uniqueKeysWithValues: row.sizes.enumerated().map { number, sizes in
                ("\(number)", try .random([sizes[0], row.channels] + sizes.dropFirst(), seed: UInt64(number), dtype: .float32))
            })
    }

    private func run(
        _ network: any SegmentationNetwork, _ row: Row, outputs: [NetworkOutput], weights: StoredWeights = .float32,
        decision: Decision = .argmax
    ) throws -> (inputs: [String: Tensor], outputs: [String: Tensor]) {
        let model = try ModelExport.model(network, outputs: outputs, weights: weights, decision: decision, [:])
        return try withTemporaryFolder { folder in
            let file = folder.appending(path: "m.onnx")
            let data: Data = try model.serializedBytes()
            try data.write(to: file)
            let inputs = try inputs(row)
            return (inputs, try ONNXPeer.run(file, inputs))
        }
    }

    @Test(arguments: rows)
    func logitsAreThoseOfTheNetwork(_ row: Row) throws {
        let network = try network(row)
        let (inputs, outputs) = try run(network, row, outputs: [.logits])
        #expect(outputs.count == inputs.count)
        for (key, input) in inputs {
            let (expected, found) = (try network(input, .evaluation), try #require(outputs["logits/\(key)"]))
            let largest = try expected.abs().max().item()
            #expect(largest > 0.1, "the logits say something")
            // A batch norm of running statistics does not keep scores small, and a float32 has seven digits.
            #expect(try found.largestDifference(to: expected) < max(1e-4, 2e-6 * largest), "\(input.shape)")
        }
    }

    /// The graph has the rounded weights, and computes in float32.
    @Test(arguments: [rows[0], rows[1], rows[rows.count - 2]])
    func halvesAreTheRoundedWeights(_ row: Row) throws {
        let network = try network(row)
        let (inputs, outputs) = try run(network, row, outputs: [.logits], weights: .float16)
        for entry in network.namedState() where entry.tensor.rank > 1 {
            try entry.tensor.setDataInPlace(entry.tensor.detached().to(.float16).to(.float32))
        }
        for (key, input) in inputs {
            let found = try #require(outputs["logits/\(key)"])
            #expect(try found.largestDifference(to: network(input, .evaluation)) < 1e-4, "\(input.shape)")
        }
    }

    static let decisions: [Decision] = [
        .argmax, .offsets([0, 0.7, -0.4]),
        .iou(
            IoUGains(rows: [
                .init(name: "1", classes: [1], iou: 0.4, union: 300), .init(name: "both", classes: [1, 2], iou: 0.7, union: 900),
            ])),
    ]

    @Test(arguments: decisions, [rows[0], rows[1]])
    func decisionsAreThoseOfTheProgram(_ decision: Decision, _ row: Row) throws {
        let network = try network(row)
        let (inputs, outputs) = try run(network, row, outputs: NetworkOutput.allCases, decision: decision)
        for (key, input) in inputs {
            let (logits, classes) = (try #require(outputs["logits/\(key)"]), try #require(outputs["classes/\(key)"]))
            #expect(classes.dtype == .uint8 && classes.shape == [input.shape[0]] + input.shape.dropFirst(2))
            let probabilities = try #require(outputs["probabilities/\(key)"])
            #expect(try probabilities.largestDifference(to: logits.softmax(1)) < 1e-6)
            let pixels = input.shape.dropFirst(2).reduce(1, *)
            let (all, found): ([Float], [UInt8]) = (try logits.elements(), try classes.elements())
            for sample in 0..<input.shape[0] {
                let scores = Array(all[sample * 3 * pixels..<(sample + 1) * 3 * pixels])
                let values = decision.values(of: scores, pixels: pixels)
                let expected = decision.classes(of: scores, pixels: pixels)
                for pixel in 0..<pixels where found[sample * pixels + pixel] != expected[pixel] {
                    let sorted = (0..<3).map { values[$0 * pixels + pixel] }.sorted()
                    #expect(sorted[2] - sorted[1] < 1e-5, "pixel \(pixel) of sample \(sample)")
                }
            }
        }
    }
}
