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

    /// Tells what a check found; what it throws is found too.
    private func check(_ name: String, _ body: () throws -> (found: String, isGood: Bool)) throws {
        let line: Line
        do {
            let (found, isGood) = try body()
            line = Line(check: name, found: found, good: isGood)
        } catch {
            line = Line(check: name, found: "\(error)", good: false)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try FileHandle.standardOutput.write(contentsOf: encoder.encode(line) + Data("\n".utf8))
    }

    func run() throws {
        // Numbers that must not differ can then be told from numbers that may.
        TorchLibrary.isDeterministic = device != .cpu
        try check("objectives' kernels") {
            let reason = DeviceObjectiveKernels.reason(on: device, classes: 3)
            return (reason ?? "as libtorch's operations", reason == nil)
        }
        for precision in [TrainingConfiguration.Precision.float32, .bfloat16] {
            try precision.prepare()
            let plain = try train(8, precision, asGraph: false)
            func same(_ name: String, _ train: () throws -> [String: Tensor]) throws {
                try check("\(name), \(precision)") {
                    let difference = try Self.difference(plain, train())
                    return (difference == 0 ? "the same bits" : "weights differ by \(difference) of their norm", difference == 0)
                }
            }
            try same("a second training") { try self.train(8, precision, asGraph: false) }
            try same("one that was interrupted") { try self.train(8, precision, asGraph: false, interruptedAfter: 4) }
            guard device != .cpu else { continue }
            try same("steps as a graph") { try self.train(8, precision, asGraph: true) }
            try same("steps as a graph, interrupted") { try self.train(8, precision, asGraph: true, interruptedAfter: 4) }
        }
    }

    /// ‖a − b‖ / ‖a‖ of the weights; NaN where a number is none.
    private static func difference(_ one: [String: Tensor], _ other: [String: Tensor]) throws -> Double {
        let pairs = try one.map { name, tensor in
            (try (tensor - other[name]!.to(tensor.dtype)).power(2).sum().item(), try tensor.power(2).sum().item())
        }
        return (pairs.reduce(0) { $0 + $1.0 } / pairs.reduce(0) { $0 + $1.1 }).squareRoot()
    }

    /// Why steps that should have been a graph were none.
    private struct NoGraph: Error, CustomStringConvertible {
        let description: String
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

    /// The weights after some steps.
    ///
    /// - Throws: `NoGraph` where they should have been a graph's and were not.
    private func train(
        _ steps: Int, _ precision: TrainingConfiguration.Precision, asGraph: Bool, interruptedAfter pause: Int? = nil
    ) throws -> [String: Tensor] {
        let loss = WeightedSumLoss([
            .init(weight: 1, loss: CrossEntropyLoss(ignoreLabel: Int(LabelMap.ignored))),
            .init(weight: 1, loss: DiceLoss(ignoreLabel: Int(LabelMap.ignored))),
        ])
        var refusal: String?
        var parts = try Parts(on: device)
        func maker() throws -> TrainingStep {
            // Either way the rate is a number on the device.
            let repeating = RepeatedSteps(
                asGraph
                    ? TrainingStep.recorder(on: device, drawing: parts.dropout)
                    : { _ in throw NoGraph(description: "none wanted") }
            ) { reason in if asGraph { refusal = reason } }
            return try TrainingStep(
                network: parts.network, loss: loss, optimizer: parts.optimizer, dropout: parts.dropout, precision: precision,
                clipNorm: 12, repeating: repeating)
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
        if let refusal { throw NoGraph(description: refusal) }
        return try parts.network.state().mapValues { try $0.to(device: .cpu).to(.float64) }
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
