import CKernels
import Foundation
import SegModels
import Torch

/// A training step and a prediction of the planned 3-D network beside the composed one and stock PyTorch, taking turns.
struct VolumeBenchmark {
    /// Seconds for each kind of work.
    let budget: Double
    /// Nil where there is no stock PyTorch.
    let peer: StockPeer?
    let report: (String) -> Void

    private struct Make: Encodable {
        let make: String
        let shape: [Int]
        let classes: Int
    }

    private struct Run: Encodable {
        let run: String
        let work: String
    }

    func run() throws -> [BenchmarkRow] {
        try peer?.request(Make(make: "planned", shape: PlannedNetwork.shape, classes: PlannedNetwork.classes))
        let ours = try Contender.allCases.map { ($0, try PlannedNetwork($0)) }
        report("planned 3-D network, \(PlannedNetwork.shape.map(String.init).joined(separator: "×"))")
        return try [("train", "training step"), ("predict", "prediction")].flatMap { (work, title) -> [BenchmarkRow] in
            let contenders =
                ours.map { contender, network in
                    Measurement.Contender(name: contender.rawValue) {
                        try work == "train" ? network.train() : network.predict()
                    }
                }
                + (peer?.greeting.settings ?? []).map { setting in
                    .init(name: setting) { try peer?.request(Run(run: setting, work: work)) }
                }
            let medians = try Measurement(contenders, budget: budget, pause: 0.25).medians
            report("\(title):")
            for (name, median) in medians.sorted(by: { $0.value < $1.value }) {
                report(String(format: "  %-30@ %7.1f ms", name, median))
            }
            return Contender.fused.compactMap { contender -> BenchmarkRow? in
                guard let median = medians[contender.rawValue] else { return nil }
                let peaks = work == "train" ? peaks(contender) : nil
                return BenchmarkRow(
                    name: "\(title), \(contender.rawValue)", shape: PlannedNetwork.shape, median_ms: median,
                    ratios: medians.filter { $0.key != contender.rawValue }.mapValues { median / $0 },
                    peak_megabytes: peaks?.own, peak_ratios: peaks?.ratios)
            }
        }
    }

    private func peaks(_ contender: Contender) -> (own: Double, ratios: [String: Double])? {
        guard let own = PlannedMemory.ours(contender) else { return nil }
        var ratios: [String: Double] = [:]
        for setting in peer?.greeting.settings ?? [] { ratios[setting] = PlannedMemory.stock(setting).map { own / $0 } }
        let shares = ratios.sorted { $0.key < $1.key }.map { String(format: ", %.2f of %@", $0.value, $0.key) }.joined()
        report(String(format: "  peak memory of %@: %.0f MB%@", contender.rawValue, own, shares))
        return (own, ratios)
    }
}

/// Memory that training the planned network takes at its peak, counted as `NetworkMemory` does.
enum PlannedMemory {
    static let argument = "planned-memory"

    /// Megabytes; nil where the system does not tell.
    static func ours(_ contender: Contender) -> Double? {
        NetworkMemory.number(
            printedBy: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(), [argument, contender.rawValue])
    }

    /// Megabytes; nil without a stock PyTorch, or where the system does not tell.
    static func stock(_ setting: String) -> Double? {
        NetworkMemory.number(
            printedBy: URL(filePath: "/usr/bin/env"),
            [
                StockPeer.python, "Benchmarks/peer/volumes.py", "--memory", setting, "planned",
                PlannedNetwork.shape.map(String.init).joined(separator: ","), String(PlannedNetwork.classes),
            ])
    }

    /// What the process of its own prints.
    static func measured(_ contender: Contender) throws -> Double? {
        TorchLibrary.keepFreedMemory()
        guard ProcessMemory.resetPeak(), let before = ProcessMemory.kilobytes("VmRSS") else { return nil }
        let network = try PlannedNetwork(contender)
        for _ in 0..<3 { try network.train() }
        return ProcessMemory.kilobytes("VmHWM").map { Double($0 - before) * 1024 / 1e6 }
    }
}
