import CKernels
import Foundation
import SegModels
import Torch
import TorchNN

/// A training step and a prediction of both networks beside the composed ones and stock PyTorch, taking turns.
struct NetworkBenchmark {
    static let batches: [(shape: [Int], classes: Int)] = [([4, 1, 224, 336], 2), ([2, 3, 768, 768], 5)]

    /// Seconds for each network, batch and kind of work.
    let budget: Double
    /// Nil where there is no stock PyTorch.
    let peer: StockPeer?
    let report: (String) -> Void

    func run() throws -> [BenchmarkRow] {
        if let reason = peer?.greeting.leftOut { report(reason) }
        let stock = peer.map { "PyTorch \($0.greeting.version), \($0.greeting.threads) threads" } ?? "no stock PyTorch was found"
        report(
            "\(TorchLibrary.threadCount) threads, \(String(cString: ck_instruction_set())), libtorch \(TorchLibrary.version); \(stock); float32; medians of interleaved rounds"
        )
        return try [NetworkConfiguration.Architecture.coplenet, .unet].flatMap { architecture in
            try Self.batches.flatMap { try rows(architecture, $0.shape, classes: $0.classes) }
        }
    }

    private struct Make: Encodable {
        let make: String
        let shape: [Int]
        let classes: Int
    }

    private struct Run: Encodable {
        let run: String
        let work: String
    }

    private func rows(_ architecture: NetworkConfiguration.Architecture, _ shape: [Int], classes: Int) throws -> [BenchmarkRow] {
        try peer?.request(Make(make: architecture.rawValue, shape: shape, classes: classes))
        let ours = try Contender.allCases.map { contender in
            (contender, try NetworkWork(architecture, shape, classes: classes, contender))
        }
        report("\n\(architecture.rawValue) \(shape.map(String.init).joined(separator: "×"))")
        return try [("train", "training step"), ("predict", "prediction")].flatMap { work, title in
            let contenders =
                ours.map { contender, network in
                    Measurement.Contender(name: contender.rawValue) {
                        try work == "train" ? network.train() : network.predict()
                    }
                }
                + (peer?.greeting.settings ?? []).map { setting in
                    .init(name: setting) { try peer?.request(Run(run: setting, work: work)) }
                }
            let medians = try Measurement(contenders, budget: budget).medians
            report("\(title):")
            let fused = Contender.fused.compactMap { contender in medians[contender.rawValue].map { (contender, $0) } }
            for (name, median) in medians.sorted(by: { $0.key < $1.key }) {
                let times = fused.map { String(format: "%5.2f × %@", median / $1, $0.rawValue) }.joined(separator: ", ")
                report(String(format: "  %-20@ %7.1f ms = %@", name, median, times))
            }
            let peaks = work == "train" ? peaks(NetworkMemory(architecture: architecture, shape: shape, classes: classes)) : nil
            return fused.map { contender, median in
                let own = peaks?.ours[contender]
                return BenchmarkRow(
                    name: "\(architecture.rawValue) \(title), \(contender.rawValue)", shape: shape, median_ms: median,
                    ratios: medians.filter { $0.key != contender.rawValue }.mapValues { median / $0 }, peak_megabytes: own,
                    peak_ratios: own.flatMap { own in peaks?.stock.map { [Self.peakPeer: own / $0] } })
            }
        }
    }

    /// Whose memory ours is held against.
    private static let peakPeer = "stock_float32"

    private func peaks(_ memory: NetworkMemory) -> (ours: [Contender: Double], stock: Double?) {
        let stock = peer == nil ? nil : memory.stock(Self.peakPeer)
        var ours: [Contender: Double] = [:]
        for contender in Contender.fused {
            guard let peak = memory.ours(contender) else { continue }
            ours[contender] = peak
            let share = stock.map { String(format: ", %.2f of %@'s %.0f MB", peak / $0, Self.peakPeer, $0) } ?? ""
            report(String(format: "  peak memory of %@: %.0f MB%@", contender.rawValue, peak, share))
        }
        return (ours, stock)
    }
}

/// How our networks are run.
enum Contender: String, CaseIterable {
    /// By the fused kernels, with activations stored in float32 or bfloat16.
    case float32 = "fused float32"
    case bfloat16 = "fused bfloat16"
    case composed

    static let fused: [Contender] = [.float32, .bfloat16]

    var execution: Execution { self == .composed ? .composed : .fused }
}

/// One of our networks with a batch, an optimiser and labels.
struct NetworkWork {
    let network: any SegmentationNetwork
    let optimizer: AdamW
    let dropout: Generator
    let images: Tensor
    let labels: Tensor
    let contender: Contender

    init(_ architecture: NetworkConfiguration.Architecture, _ shape: [Int], classes: Int, _ contender: Contender) throws {
        self.contender = contender
        let generator = try Generator(seed: 1)
        network = try NetworkConfiguration(architecture: architecture, execution: contender.execution).makeNetwork(
            channels: shape[1], classes: classes, generator: generator)
        optimizer = try AdamW(network.parameters, weightDecay: 5e-4)
        dropout = generator
        images = try Tensor.empty(shape)
        try images.uniformInPlace(0, 1, generator)
        let uniform = try Tensor.empty([shape[0], shape[2], shape[3]])
        try uniform.uniformInPlace(0, Double(classes), generator)
        labels = try uniform.floor().to(.int64)
    }

    func train() throws {
        try optimizer.clearGradients()
        try logits(.training(dropout)).crossEntropy(labels: labels).backward()
        try optimizer.step(learningRate: 1e-4)
    }

    func predict() throws { try withInference { _ = try logits(.evaluation) } }

    private func logits(_ mode: ForwardMode) throws -> Tensor {
        try network.logits(images, mode, in: contender == .bfloat16 ? .bfloat16 : .float32)
    }
}
