import DataSets
import Foundation
import Phantoms
import Sampling
import SegConfiguration

/// How long one core prepares a window of a volume for training, cut out and augmented as the preset `volumes` has it, beside nnU-Net's
/// transforms of a window of the same size.
struct LoadingBenchmark {
    /// Seconds for each size.
    let budget: Double
    /// Nil where there is no nnU-Net.
    let peer: StockPeer?
    let report: (String) -> Void

    private static let volume = 160
    /// That are prepared in turn: what augmentation does, it does to some of them.
    private static let together = 40

    private struct Prepare: Encodable {
        let window: Int
        let count: Int
    }

    func run() throws -> [BenchmarkRow] {
        report(
            "\nWindows of a volume of \(Self.volume)³ for training, one core; ms a window, medians of interleaved rounds of \(Self.together)"
        )
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "bench-\(UUID().uuidString)", directoryHint: .isDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        try CTPhantom(cases: 3, width: Self.volume, height: Self.volume, depth: Self.volume, seed: 1).write(to: folder)
        return try [64, 128].map { window in
            let configuration = try ConfigurationReader(
                file: nil, preset: "volumes",
                overrides: ["input.fit={crop: [\(window), \(window), \(window)], foreground: 0.33, about: class}"], data: folder
            ).configuration()
            let recipe = try configuration.recipe
            let store = try SampleStore(
                SamplePlan(configuration.openDataSet(at: nil).cases(of: .train), recipe: recipe))
            let loader = BatchLoader(
                store, batchSize: 1, order: .shuffled, batches: Self.together,
                transform: try SampleTransform(configuration.training.augmentation, recipe: recipe, channels: store.channels),
                seed: 1)
            var epoch = 0
            let medians = try Measurement(
                [
                    .init(name: "ours") {
                        // A stream of its own, of which nothing is prepared before.
                        epoch += 1
                        let stream = loader.epoch(epoch, from: 0)
                        for _ in 0..<Self.together { _ = try stream.next() }
                    }
                ]
                    + (peer.map { peer in
                        [.init(name: "nnunet") { try peer.request(Prepare(window: window, count: Self.together)) }]
                    } ?? []),
                budget: budget
            ).medians.mapValues { $0 / Double(Self.together) }
            let ours = medians["ours"]!  // a contender of that name is there
            report(
                String(format: "%d³: %.1f ms", window, ours)
                    + (medians["nnunet"].map { String(format: ", nnU-Net %.1f ms", $0) } ?? ""))
            return BenchmarkRow(
                name: "window", shape: [1, window, window, window], median_ms: ours,
                ratios: medians.filter { $0.key != "ours" }.mapValues { ours / $0 })
        }
    }
}
