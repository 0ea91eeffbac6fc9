import Foundation
import Torch

/// `bench [losses] [images] [--seconds N]`: prints tables and writes `.build/bench.json`.
@main
struct Bench {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.count == 2, arguments[0] == ImageBenchmark.memoryOption {
            return try ImageBenchmark.printMemory(of: URL(filePath: arguments[1]))
        }
        var budget = 4.0
        if let place = arguments.firstIndex(of: "--seconds"), arguments.indices.contains(place + 1),
            let seconds = Double(arguments[place + 1])
        {
            budget = seconds
            arguments.removeSubrange(place...place + 1)
        }
        let parts = ["losses", "images"]
        guard arguments.allSatisfy(parts.contains) else {
            FileHandle.standardError.write(
                Data(
                    "there is no benchmark '\(arguments.joined(separator: " "))'; known: \(parts.joined(separator: ", "))\n".utf8)
            )
            exit(64)
        }
        TorchLibrary.keepFreedMemory()
        func isWanted(_ part: String) -> Bool { arguments.isEmpty || arguments.contains(part) }
        var rows: [BenchmarkRow] = []
        if isWanted("losses") { rows += try LossBenchmark(budget: budget) { print($0) }.run() }
        if isWanted("images") { rows += try ImageBenchmark(budget: 4 * budget) { print($0) }.run() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(rows).write(to: URL(filePath: ".build/bench.json"))
        print("\nwritten: .build/bench.json")
    }
}
