import Foundation
import SegModels
import Torch

/// Memory that training takes at its peak, each way to run a network in a process of its own.
///
/// Counted is the highest resident size during three steps less the resident size before the network was made: weights,
/// gradients, the optimiser's moments, the batch, activations, workspaces, what the allocator keeps, and the libraries' pages
/// that are first touched then. Each side with the allocator that its user gets: ours keeps freed memory, stock's is the default.
struct NetworkMemory {
    static let argument = "network-memory"

    let architecture: NetworkConfiguration.Architecture
    let shape: [Int]
    let classes: Int

    private var arguments: [String] {
        [architecture.rawValue, shape.map(String.init).joined(separator: ","), String(classes)]
    }

    /// Megabytes; nil where the system does not tell.
    func ours(_ contender: Contender) -> Double? {
        Self.number(
            printedBy: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(), [Self.argument, contender.rawValue] + arguments)
    }

    /// Megabytes; nil without a stock PyTorch, or where the system does not tell.
    func stock(_ setting: String) -> Double? {
        Self.number(
            printedBy: URL(filePath: "/usr/bin/env"),
            [StockPeer.python, "Benchmarks/peer/network.py", "--memory", setting] + arguments)
    }

    static func number(printedBy program: URL, _ arguments: [String]) -> Double? {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = program
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Double(output.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// What the process of its own prints for these arguments; nil for others, or where the system does not tell.
    static func measured(_ arguments: [String]) throws -> Double? {
        guard arguments.count == 4, let contender = Contender(rawValue: arguments[0]),
            let architecture = NetworkConfiguration.Architecture(rawValue: arguments[1]), let classes = Int(arguments[3])
        else { return nil }
        TorchLibrary.keepFreedMemory()
        guard ProcessMemory.resetPeak(), let before = ProcessMemory.kilobytes("VmRSS") else { return nil }
        let network = try NetworkWork(
            architecture, arguments[2].split(separator: ",").compactMap { Int($0) }, classes: classes, contender)
        for _ in 0..<3 { try network.train() }
        return ProcessMemory.kilobytes("VmHWM").map { Double($0 - before) * 1024 / 1e6 }
    }
}
