import Foundation
import MarginCalibration
import Randomness
import Sampling
import SegConfiguration
import SegLosses
import SegModels
import SegTraining
import Torch
import TorchNN

/// `bench device NAME SECONDS`: training steps, predictions and the margin-calibrated loss on a device, in each precision; our side of
/// `Benchmarks/gpu`. A line of JSON for each: {"work", "setting", "ms"}.
///
/// On the CPU everything has an eighth of its length along each axis: there it only shows that the benchmark runs.
struct DeviceBenchmark {
    static let argument = "device"

    private let device: Device
    private let seconds: Double

    init(_ arguments: [String]) throws {
        device = try Device(named: arguments.first ?? "cuda")
        seconds = arguments.count > 1 ? Double(arguments[1]) ?? 2 : 2
        try device.prepare()
    }

    private struct Line: Encodable {
        let work: String
        let setting: String
        let ms: Double
    }

    /// A network with its input and optimiser, as a training has them.
    private struct Problem {
        let name: String
        let network: NetworkConfiguration
        /// [B, C, …]
        let shape: [Int]
        let classes: Int
    }

    private var problems: [Problem] {
        let planned = [32, 64, 128, 256, 320, 320]
        return [
            Problem(name: "coplenet 4×1×224×336", network: NetworkConfiguration(), shape: [4, 1, 224, 336], classes: 2),
            Problem(name: "coplenet 2×3×768×768", network: NetworkConfiguration(), shape: [2, 3, 768, 768], classes: 5),
            Problem(
                name: "planned 2×1×128×128×128",
                network: NetworkConfiguration(
                    architecture: .plainConvUNet, dimensions: 3, features: planned, dropout: planned.map { _ in 0 },
                    deepSupervision: true, normalization: .instance),
                shape: [2, 1, 128, 128, 128], classes: 3),
        ].map { problem in
            guard device == .cpu else { return problem }
            // What the lowest level needs stays.
            let sizes = problem.shape.dropFirst(2).map { max($0 / 128 * 16, problem.network.dimensions == 3 ? 64 : 32) }
            return Problem(
                name: problem.name, network: problem.network, shape: problem.shape.prefix(2) + sizes, classes: problem.classes)
        }
    }

    func run() throws {
        for problem in problems {
            for precision in TrainingConfiguration.Precision.allCases where device != .cpu || precision != .float16 {
                try precision.prepare()
                try train(problem, precision, asGraph: false)
                if case .cuda = device { try train(problem, precision, asGraph: true) }
                try predict(problem, precision)
            }
        }
        try marginLoss()
    }

    private func batch(_ problem: Problem) -> Batch {
        var generator = SeededGenerator(seed: 1)
        let size = GridSize(Array(problem.shape.dropFirst(2)))
        return Batch(
            (0..<problem.shape[0]).map { number in
                Sample(
                    id: SampleID(caseID: "noise", plane: number),
                    image: (0..<problem.shape[1] * size.count).map { _ in .random(in: 0...1, using: &generator) },
                    labels: (0..<size.count).map { _ in .random(in: 0..<UInt8(problem.classes), using: &generator) },
                    channels: problem.shape[1], size: size, sourceSize: size)
            })
    }

    private func network(_ problem: Problem) throws -> any SegmentationNetwork {
        let network = try problem.network.makeNetwork(
            channels: problem.shape[1], classes: problem.classes, generator: Generator(seed: 1))
        try network.move(to: device)
        try network.arrange(
            TrainingConfiguration.MemoryFormat.automatic.layout(on: device, dimensions: problem.network.dimensions))
        return network
    }

    /// With the batch's way to the device, one step ahead, as `marginseg train` does it.
    ///
    /// - Parameter asGraph: the step is recorded and repeated, which is what `training.step_graph: auto` does.
    private func train(_ problem: Problem, _ precision: TrainingConfiguration.Precision, asGraph: Bool) throws {
        let (batch, network) = (batch(problem), try network(problem))
        let optimizer: any Optimizer =
            problem.network.dimensions == 3
            ? try SGD(network.parameters, momentum: 0.99, weightDecay: 3e-5, nesterov: true)
            : try AdamW(network.parameters, weightDecay: 5e-4)
        let dropout = try Generator(seed: 1, device: device)
        let work = "training step, \(problem.name)"
        let step = try TrainingStep(
            network: network, loss: CrossEntropyLoss(ignoreLabel: Int(LabelMap.ignored)), optimizer: optimizer,
            dropout: dropout, precision: precision, clipNorm: 12,
            scale: precision == .float16 ? try LossScale(device: device) : nil,
            repeating: asGraph
                ? RepeatedSteps(TrainingStep.recorder(on: device, drawing: dropout)) {
                    try? FileHandle.standardError.write(contentsOf: Data("\(work), \(precision): no graph: \($0)\n".utf8))
                } : nil)
        var last: StepUnderWay?
        try time(work, "\(precision)\(asGraph ? ", graph" : "")") {
            let next = try step.begin([DeviceBatch(batch, for: network, on: device, .automatic)], learningRate: 1e-4)
            try last?.wait()
            last = next
        } end: {
            try last?.wait()
        }
    }

    private func predict(_ problem: Problem, _ precision: TrainingConfiguration.Precision) throws {
        let (batch, network) = (batch(problem), try network(problem))
        let input = try DeviceBatch(batch, for: network, on: device, .automatic)
        var last: HostCopy?
        try time("prediction, \(problem.name)", "\(precision)") {
            let next = try withInference {
                try HostCopy(network.logits(input.images, .evaluation, in: precision.dtype).argmax(1).to(.uint8))
            }
            if let last { let _: [UInt8] = try last.elements() }
            last = next
        } end: {
            if let last { let _: [UInt8] = try last.elements() }
        }
    }

    /// Beside a copy of the logits, which reads and writes as many bytes as the loss must.
    private func marginLoss() throws {
        let shape = device == .cpu ? [2, 5, 96, 96] : [6, 5, 768, 768]
        let logits = try Tensor.empty(shape, device: device)
        let generator = try Generator(seed: 1, device: device)
        try logits.normalInPlace(deviation: 3, generator)
        try logits.setRequiresGradient()
        var numbers = SeededGenerator(seed: 1)
        let labels = (0..<shape[0] * shape[2] * shape[3]).map { _ in UInt8.random(in: 0..<5, using: &numbers) }
        let size = shape[2] * shape[3]
        let counts = (0..<shape[0]).map { image in
            (0..<5).map { k in labels[image * size..<(image + 1) * size].count { $0 == k } }
        }
        let targets = try Targets(
            Tensor(uploading: labels, shape: [shape[0], shape[2], shape[3]], to: device), counts: counts)
        let loss = try LossExpression("margin").makeLoss(
            LossContext(
                classCount: 5, distribution: LabelDistribution(counts: [90, 4, 3, 2, 1]), ignoreLabel: Int(LabelMap.ignored)))
        let wait = { _ = try logits.gradient?.selected(0, 0).sum().item() }
        try time("margin loss, 6×5×768×768", "float32") {
            try logits.setGradient(nil)
            try loss(logits: logits, targets: targets).backward()
        } end: {
            try wait()
        }
        let (source, copy) = try (logits.detached(), Tensor.empty(shape, device: device))
        try time("margin loss, 6×5×768×768", "copy of the logits") {
            try copy.copyInPlace(from: source)
        } end: {
            _ = try copy.selected(0, 0).sum().item()
        }
    }

    /// The mean of many in a row, after some that allocate memory, choose algorithms and record graphs.
    private func time(_ work: String, _ setting: String, _ body: () throws -> Void, end: () throws -> Void) throws {
        for _ in 0..<5 { try body() }
        try end()
        var count = 0
        let start = ContinuousClock.now
        while count < 3 || (ContinuousClock.now - start) / .seconds(1) < seconds {
            try body()
            count += 1
        }
        try end()
        let ms = (ContinuousClock.now - start) / .milliseconds(1) / Double(count)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try FileHandle.standardOutput.write(
            contentsOf: encoder.encode(Line(work: work, setting: setting, ms: ms)) + Data("\n".utf8))
    }
}
