import Sampling
import SegInference
import SegModels
import Torch

/// A window that moves over a volume, beside the bare passes of its network on as many windows: what is left is cutting, weighing
/// and adding up.
struct WindowBenchmark {
    /// Seconds for each number of classes.
    let budget: Double
    let report: (String) -> Void

    private static let window = 48
    private static let volume = 96

    func run() throws -> [BenchmarkRow] {
        report(
            "\nWindows of a U-Net of 32 to 256 features over a volume, and its bare passes; float32; medians of interleaved rounds"
        )
        return try [3, 118].map { classes in
            var configuration = NetworkConfiguration()
            configuration.architecture = .unet
            configuration.dimensions = 3
            configuration.features = [32, 64, 128, 256]
            configuration.dropout = [0, 0, 0, 0]
            configuration.normalization = .instance
            let network = try configuration.makeNetwork(channels: 1, classes: classes, generator: Generator(seed: 1))
            let whole = WholeInput(network: network)
            let sizes = [1, 1] + Array(repeating: Self.volume, count: 3)
            let image = try Tensor.zeros(sizes)
            try image.normalInPlace(Generator(seed: 2))
            let sliding = SlidingWindow(whole, window: GridSize(Array(repeating: Self.window, count: 3)))
            let passes = 3 * 3 * 3
            let window = try image.narrowed(2, 0..<Self.window).narrowed(3, 0..<Self.window).narrowed(4, 0..<Self.window)
                .contiguous()
            let medians = try Measurement(
                [
                    .init(name: "ours") { try withInference { _ = try sliding.scores(of: image) } },
                    .init(name: "bare") { try withInference { for _ in 0..<passes { _ = try whole.scores(of: window) } } },
                ], budget: budget
            ).medians
            let (ours, bare) = (medians["ours"]!, medians["bare"]!)  // contenders of those names are there
            report(
                "\(classes) classes, \(passes) windows of \(Self.window)³: \(Int(ours)) ms; bare \(Int(bare)) ms, "
                    + "\(Int((bare / ours * 100).rounded())) % of its speed")
            return BenchmarkRow(name: "\(classes) classes", shape: sizes, median_ms: ours, ratios: ["bare": ours / bare])
        }
    }
}
