import Foundation
import Sampling
import SegInference
import SegLosses
import SegModels
import Torch
import TorchNN

/// Some steps of a training on random numbers, to know what a step costs on this machine.
public struct StepTrial: Sendable, Hashable {
    /// Steps at one batch size.
    public struct Measurement: Sendable, Hashable {
        public let batchSize: Int
        /// Of the fastest step: what others run on the machine makes steps longer and never shorter.
        public let secondsPerStep: Double
        /// The largest memory of the process, in bytes; nil where the steps' own memory is not the process's, as on a GPU.
        public let peakBytes: Int?
    }

    /// By rising batch size, one or more.
    public let measurements: [Measurement]
    /// Of the prediction of one plane.
    public let predictionSeconds: Double
    /// Bytes that the machine could give when the trial began; nil for a GPU.
    public let availableBytes: Int?
    /// Whether steps of one size took times as different as on a machine that others use too.
    public let isBusy: Bool

    /// What to tell where the machine was busy.
    public static let busyNote =
        "the machine was busy while steps were timed: these are its fastest, and training is slower while it is busy"

    init(measurements: [Measurement], predictionSeconds: Double, availableBytes: Int?, isBusy: Bool = false) {
        precondition(!measurements.isEmpty, "a trial has a measurement")
        self.measurements = measurements
        self.predictionSeconds = predictionSeconds
        self.availableBytes = availableBytes
        self.isBusy = isBusy
    }

    static let batchSizes = [1, 2, 4, 8, 16]

    /// Trains with batches of rising size until they reach `largest`, half of the memory, or until the next would take longer
    /// than some seconds.
    ///
    /// - Throws: `TorchError`; `NetworkConfigurationError`.
    public init(
        network configuration: NetworkConfiguration, channels: Int, classes: Int, size: GridSize, largest: Int, device: Device
    ) throws {
        availableBytes = device == .cpu ? ProcessMemory.available : nil
        let generator = try Generator(seed: 0, device: device)
        let network = try configuration.makeNetwork(channels: channels, classes: classes, generator: Generator(seed: 0))
        try network.move(to: device)
        let optimizer = try AdamW(network.parameters, weightDecay: 0)
        let loss = CrossEntropyLoss()

        func step(_ batch: Int) throws {
            let shape = [batch] + size.lengths
            let labels = try Tensor([UInt8](repeating: 0, count: shape.reduce(1, *)), shape: shape).to(device: device)
            try optimizer.clearGradients()
            let heads = try network.heads(Self.noise(batch, channels, size, generator), .training(generator))
            // Heads of lower resolutions cost their convolutions; their losses cost next to nothing.
            try heads.dropFirst().reduce(loss(logits: heads[0], labels: labels)) { $0 + (try $1.sum()) }.backward()
            try optimizer.step(learningRate: 1e-6)
            // Waits for a device that works on its own.
            _ = try heads[0].sum().item()
        }

        var measured: [Measurement] = []
        var isBusy = false
        for batch in Self.batchSizes where batch <= max(1, largest) {
            ProcessMemory.resetPeak()
            // The first step allocates and chooses algorithms.
            let first = try Self.seconds { try step(batch) }
            let times = try StepTimes(until: Self.secondsPerSize) { try Self.seconds { try step(batch) } }
            isBusy = isBusy || times.areUneven
            measured.append(
                Measurement(
                    batchSize: batch, secondsPerStep: times.fastest, peakBytes: device == .cpu ? ProcessMemory.peak : nil))
            let memory = Self(measurements: measured, predictionSeconds: 0, availableBytes: availableBytes)
            guard 2 * (first + Double(StepTimes.fewest) * times.median) < Self.mostSeconds, memory.fits(2 * batch) else { break }
        }
        measurements = measured
        self.isBusy = isBusy
        predictionSeconds = try withInference {
            let images = try Self.noise(1, channels, size, generator)
            _ = try network(images, .evaluation)
            return try StepTimes(until: Self.secondsPerSize) {
                try Self.seconds { _ = try network(images, .evaluation).sum().item() }
            }.fastest
        }
    }

    private static let secondsPerSize = 1.0
    private static let mostSeconds = 12.0

    private static func noise(_ batch: Int, _ channels: Int, _ size: GridSize, _ generator: Generator) throws -> Tensor {
        let noise = try Tensor.empty([batch, channels] + size.lengths, device: generator.device)
        try noise.normalInPlace(generator)
        return noise
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start) / .seconds(1)
    }
}

extension StepTrial {
    /// Memory that one more image in the batch takes; nil where two batch sizes do not tell.
    ///
    /// The steepest rise counts: at small batches memory that was freed before hides a part of it.
    public var bytesPerImage: Int? {
        zip(measurements, measurements.dropFirst()).compactMap { low, high in
            guard let a = low.peakBytes, let b = high.peakBytes, b > a else { return nil }
            return (b - a) / (high.batchSize - low.batchSize)
        }.max()
    }

    /// The peak memory of a batch size; nil where it is not known.
    public func bytes(batchSize: Int) -> Int? {
        guard let last = measurements.last(where: { $0.batchSize <= batchSize }) ?? measurements.first, let peak = last.peakBytes
        else { return nil }
        if last.batchSize == batchSize { return peak }
        return bytesPerImage.map { peak + (batchSize - last.batchSize) * $0 }
    }

    /// Whether a batch takes at most half of the memory, so that data and the rest of the machine have theirs.
    func fits(_ batchSize: Int) -> Bool {
        guard let availableBytes, let bytes = bytes(batchSize: batchSize) else { return true }
        return bytes <= availableBytes / 2
    }

    /// The largest batch that fits; nil where that is not known.
    public var largestBatch: Int? {
        guard let availableBytes, let bytesPerImage, bytesPerImage > 0, let first = measurements.last, let peak = first.peakBytes
        else { return nil }
        return max(1, first.batchSize + Int((Double(availableBytes / 2 - peak) / Double(bytesPerImage)).rounded(.down)))
    }

    /// Of a batch size; between and beyond those measured, in proportion to the images.
    public func secondsPerStep(batchSize: Int) -> Double {
        let near = measurements.last { $0.batchSize <= batchSize } ?? measurements[0]
        return near.secondsPerStep / Double(near.batchSize) * Double(batchSize)
    }

    /// An epoch over so many planes and the validation of so many.
    public func secondsPerEpoch(trainingPlanes: Int, validationSteps: Int, batchSize: Int) -> Double {
        let steps = max(1, trainingPlanes / batchSize)
        return Double(steps) * secondsPerStep(batchSize: batchSize) + Double(validationSteps) * predictionSeconds
    }
}
