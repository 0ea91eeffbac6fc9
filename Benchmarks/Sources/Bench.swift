import Foundation
import Torch

/// `bench [losses] [confusion] [images] [network] [volumes] [windows] [loading] [--seconds N] [--compile]`: prints tables and writes them to
/// `Benchmarks/results/DATE.json`, from which `Benchmarks/page` makes the tables of docs/PERFORMANCE.md.
///
/// `--compile` lets stock PyTorch compile its networks too, which takes minutes. `bench device NAME` is our side of `Benchmarks/gpu`.
@main
struct Bench {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.count == 2, arguments[0] == ImageBenchmark.memoryOption {
            return try ImageBenchmark.printMemory(of: URL(filePath: arguments[1]))
        }
        if arguments.count == 2, arguments[0] == ImageBenchmark.seriesOption {
            return try ImageBenchmark.printTime(ofSeries: URL(filePath: arguments[1]))
        }
        if arguments == [PeakMemory.argument] {
            print(try PeakMemory.measured())
            return
        }
        if arguments.first == NetworkMemory.argument {
            if let megabytes = try NetworkMemory.measured(Array(arguments.dropFirst())) { print(megabytes) }
            return
        }
        if arguments.count == 2, arguments[0] == PlannedMemory.argument, let contender = Contender(rawValue: arguments[1]) {
            if let megabytes = try PlannedMemory.measured(contender) { print(megabytes) }
            return
        }
        if arguments.first == DeviceChecks.argument {
            return try DeviceChecks(Array(arguments.dropFirst())).run()
        }
        if arguments.first == DeviceBenchmark.argument {
            return try DeviceBenchmark(Array(arguments.dropFirst())).run()
        }
        var budget = 4.0
        if let place = arguments.firstIndex(of: "--seconds"), arguments.indices.contains(place + 1),
            let seconds = Double(arguments[place + 1])
        {
            budget = seconds
            arguments.removeSubrange(place...place + 1)
        }
        let compiles = arguments.contains("--compile")
        arguments.removeAll { $0 == "--compile" }
        let known = ["losses", "confusion", "images", "network", "volumes", "windows", "loading"]
        guard arguments.allSatisfy(known.contains) else {
            FileHandle.standardError.write(
                Data(
                    "there is no benchmark '\(arguments.joined(separator: " "))'; known: \(known.joined(separator: ", "))\n".utf8)
            )
            exit(64)
        }
        func isWanted(_ part: String) -> Bool { arguments.isEmpty || arguments.contains(part) }
        var parts: [String: [BenchmarkRow]] = [:]
        // With the allocator as it comes: so does stock PyTorch.
        if isWanted("losses") { parts["losses"] = try LossBenchmark(budget: budget) { print($0) }.run() }
        if isWanted("confusion") { parts["confusion"] = try ConfusionBenchmark(budget: budget) { print($0) }.run() }
        if isWanted("images") { parts["images"] = try ImageBenchmark(budget: 4 * budget) { print($0) }.run() }
        if isWanted("network") {
            // As the program does.
            TorchLibrary.keepFreedMemory()
            let peer = try StockPeer(script: "Benchmarks/peer/network.py", arguments: compiles ? ["--compile"] : [])
            parts["network"] = try NetworkBenchmark(budget: budget, peer: peer) { print($0) }.run()
        }
        if isWanted("volumes") {
            TorchLibrary.keepFreedMemory()
            let peer = try StockPeer(script: "Benchmarks/peer/volumes.py", arguments: [])
            parts["volumes"] = try VolumeBenchmark(budget: 4 * budget, peer: peer) { print($0) }.run()
        }
        if isWanted("windows") {
            TorchLibrary.keepFreedMemory()
            parts["windows"] = try WindowBenchmark(budget: budget) { print($0) }.run()
        }
        if isWanted("loading") {
            let peer = try StockPeer(script: "Benchmarks/peer/loading.py", arguments: [])
            parts["loading"] = try LoadingBenchmark(budget: 2 * budget, peer: peer) { print($0) }.run()
        }
        print("\nwritten: \(try BenchmarkFile.write(parts).relativePath)")
    }
}
