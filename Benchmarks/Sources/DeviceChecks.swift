import Foundation
import Randomness
import Sampling
import SegConfiguration
import SegLosses
import SegModels
import SegTraining
import Torch
import TorchNN

/// `bench check-device NAME`: whether a device computes what it should, as far as numbers show it: kernels of our own, steps as graphs,
/// and the same bits in a second training and in one that was interrupted. A line of JSON for each: {"check", "found", "good"}.
struct DeviceChecks {
    static let argument = "check-device"

    private let device: Device

    init(_ arguments: [String]) throws {
        device = try Device(named: arguments.first ?? "cuda")
        try device.prepare()
    }

    private struct Line: Encodable {
        let check: String
        let found: String
        let good: Bool
    }

    private func tell(_ check: String, _ found: String, good: Bool) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try FileHandle.standardOutput.write(
            contentsOf: encoder.encode(Line(check: check, found: found, good: good)) + Data("\n".utf8))
    }

    func run() throws {
        let reason = DeviceObjectiveKernels.reason(on: device, classes: 3)
        try tell("objectives' kernels", reason ?? "as libtorch's operations", good: reason == nil)
        for precision in [TrainingConfiguration.Precision.float32, .bfloat16] {
            let (plain, none) = try train(8, precision, asGraph: false)
            let (graph, refusal) = try train(8, precision, asGraph: true)
            let difference = try Self.difference(plain, graph)
            if device != .cpu {
                try tell(
                    "steps as a graph, \(precision)", refusal ?? none ?? "weights differ by \(difference) of their norm",
                    good: refusal == nil && difference < (precision == .float32 ? 1e-4 : 1e-2))
            }
        }
        TorchLibrary.isDeterministic = device != .cpu
        for asGraph in device == .cpu ? [false] : [false, true] {
            let name = "deterministic\(asGraph ? ", as a graph" : "")"
            let (first, _) = try train(8, .float32, asGraph: asGraph)
            let (second, _) = try train(8, .float32, asGraph: asGraph)
            try tell("\(name): a second training", try Self.words(first, second), good: Self.difference(first, second) == 0)
            let (interrupted, _) = try train(8, .float32, asGraph: asGraph, interruptedAfter: 4)
            try tell(
                "\(name): one that was interrupted", try Self.words(first, interrupted),
                good: Self.difference(first, interrupted) == 0)
        }
    }

    private static func words(_ one: [String: Tensor], _ other: [String: Tensor]) throws -> String {
        let difference = try difference(one, other)
        return difference == 0 ? "the same bits" : "weights differ by \(difference) of their norm"
    }

    /// ‖a − b‖ / ‖a‖ of the weights; NaN where a number is none.
    private static func difference(_ one: [String: Tensor], _ other: [String: Tensor]) throws -> Double {
        let pairs = try one.map { name, tensor in
            (try (tensor - other[name]!.to(tensor.dtype)).power(2).sum().item(), try tensor.power(2).sum().item())
        }
        return (pairs.reduce(0) { $0 + $1.0 } / pairs.reduce(0) { $0 + $1.1 }).squareRoot()
    }

    /// A training's parts, as a run that goes on has them anew.
    private final class Parts {
        let network: any SegmentationNetwork
        let optimizer: AdamW
        let dropout: Generator

        init(on device: Device) throws {
            // Transposed convolutions, which have deterministic forms.
            let levels = [16, 32, 64]
            network = try NetworkConfiguration(
                architecture: .plainConvUNet, features: levels, dropout: [0, 0.1, 0.2], deepSupervision: true,
                normalization: .instance
            ).makeNetwork(channels: 1, classes: 3, generator: Generator(seed: 1))
            try network.move(to: device)
            try network.arrange(TrainingConfiguration.MemoryFormat.automatic.layout(on: device, dimensions: 2))
            optimizer = try AdamW(network.parameters, weightDecay: 5e-4)
            dropout = try Generator(seed: 2, device: device)
        }
    }

    /// The weights after some steps, and why they were not a graph's.
    private func train(
        _ steps: Int, _ precision: TrainingConfiguration.Precision, asGraph: Bool, interruptedAfter pause: Int? = nil
    ) throws -> (weights: [String: Tensor], refusal: String?) {
        let loss = WeightedSumLoss([
            .init(weight: 1, loss: CrossEntropyLoss(ignoreLabel: Int(LabelMap.ignored))),
            .init(weight: 1, loss: DiceLoss(ignoreLabel: Int(LabelMap.ignored))),
        ])
        var refusal: String?
        var parts = try Parts(on: device)
        func maker() throws -> TrainingStep {
            try TrainingStep(
                network: parts.network, loss: loss, optimizer: parts.optimizer, dropout: parts.dropout, precision: precision,
                clipNorm: 12,
                repeating: asGraph && device != .cpu
                    ? RepeatedSteps(TrainingStep.recorder(on: device, drawing: parts.dropout)) { refusal = $0 } : nil)
        }
        var step = try maker()
        for number in 0..<steps {
            if number == pause {
                let (state, memory, drawn) = try (
                    parts.network.state().mapValues { try $0.clone() }, parts.optimizer.state().mapValues { try $0.clone() },
                    parts.dropout.state()
                )
                parts = try Parts(on: device)
                try parts.network.load(state)
                try parts.optimizer.load(memory)
                try parts.dropout.restore(drawn)
                step = try maker()
            }
            try step.begin(
                [DeviceBatch(batch(number), for: parts.network, on: device, .automatic)], learningRate: 1e-3
            ).wait()
        }
        return (try parts.network.state().mapValues { try $0.to(device: .cpu).to(.float64) }, refusal)
    }

    private func batch(_ number: Int) -> Batch {
        var generator = SeededGenerator(seed: UInt64(number))
        let size = GridSize(height: 64, width: 64)
        return Batch(
            (0..<4).map { plane in
                Sample(
                    id: SampleID(caseID: "noise", plane: plane),
                    image: (0..<size.count).map { _ in .random(in: -1...1, using: &generator) },
                    labels: (0..<size.count).map { $0 < 64 ? LabelMap.ignored : .random(in: 0..<3, using: &generator) },
                    channels: 1, size: size, sourceSize: size)
            })
    }
}
