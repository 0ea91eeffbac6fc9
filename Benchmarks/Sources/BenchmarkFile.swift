import CKernels
import Foundation
import Torch

/// The measurements of a day: `Benchmarks/results/2026-11-24.json`.
struct BenchmarkFile: Codable {
    struct Machine: Codable, Equatable {
        let cpu: String
        let cores: Int
        let threads: Int
        let instruction_set: String
    }

    let date: String
    let machine: Machine
    let versions: [String: String]
    /// What a reader has to know of the numbers.
    var note: String?
    /// The rows of each benchmark that was run.
    var parts: [String: [BenchmarkRow]]

    /// Writes today's file; parts that were measured earlier today on the same machine and versions stay in it.
    static func write(_ parts: [String: [BenchmarkRow]]) throws -> URL {
        let date = Date.now.formatted(.iso8601.year().month().day())
        var file = BenchmarkFile(
            date: date,
            machine: Machine(
                cpu: processor, cores: ProcessInfo.processInfo.activeProcessorCount, threads: TorchLibrary.threadCount,
                instruction_set: String(cString: ck_instruction_set())),
            versions: ["libtorch": TorchLibrary.version], note: nil, parts: parts)
        let folder = URL(filePath: "Benchmarks/results", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let url = folder.appending(path: "\(date).json")
        if let data = try? Data(contentsOf: url) {
            let earlier = try JSONDecoder().decode(BenchmarkFile.self, from: data)
            if earlier.machine == file.machine, earlier.versions == file.versions {
                file.parts.merge(earlier.parts) { new, _ in new }
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(file) + Data("\n".utf8)).write(to: url)
        return url
    }

    /// As Linux names it; elsewhere the architecture alone is known.
    private static var processor: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        #if arch(arm64)
            return model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "arm64"
        #else
            return model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "x86-64"
        #endif
    }
}
