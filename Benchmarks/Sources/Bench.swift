import Foundation
import Torch

/// `bench [losses] [--seconds N]`: prints tables and writes `.build/bench.json`.
@main
struct Bench {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        var budget = 4.0
        if let place = arguments.firstIndex(of: "--seconds"), arguments.indices.contains(place + 1),
            let seconds = Double(arguments[place + 1])
        {
            budget = seconds
            arguments.removeSubrange(place...place + 1)
        }
        guard arguments.allSatisfy({ $0 == "losses" }) else {
            FileHandle.standardError.write(
                Data("there is no benchmark '\(arguments.joined(separator: " "))'; known: losses\n".utf8))
            exit(64)
        }
        TorchLibrary.keepFreedMemory()
        let rows = try LossBenchmark(budget: budget) { print($0) }.run()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(rows).write(to: URL(filePath: ".build/bench.json"))
        print("\nwritten: .build/bench.json")
    }
}
