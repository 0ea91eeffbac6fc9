import DurableFiles
import Foundation
import SegModels
import Torch
import TorchNN

/// Weights that another program wrote: a file of PyTorch's, or safetensors without a manifest of marginseg.
///
/// They have names and shapes and nothing else, so a network has to be there that they are for.
package struct ForeignWeights {
    private let url: URL
    private let tensors: [String: Tensor]
    /// What was not read, by the names of the code that it needs.
    private let skipped: [String]
    private let numbers: [String: [Int]]

    /// Whether a file is one of them, by its name and, of safetensors, its head.
    package static func isForeign(_ url: URL) -> Bool {
        switch url.pathExtension.lowercased() {
        case "pth", "pt": true
        case "safetensors": (try? Checkpoint.hasManifest(url)) == false
        default: false
        }
    }

    /// - Throws: `FileError`.
    package init(contentsOf url: URL) throws {
        self.url = url
        if url.pathExtension.lowercased() == "safetensors" {
            (tensors, skipped, numbers) = (try Safetensors(contentsOf: url).tensors, [], [:])
        } else {
            let file = try PyTorchFile(contentsOf: url)
            (tensors, skipped, numbers) = (file.tensors, file.skipped, file.numbers)
        }
    }

    /// A whole number beside the weights; nil where there is none of the name.
    package func int(at name: String) -> Int? { numbers[name].flatMap { $0.count == 1 ? $0[0] : nil } }

    /// Whole numbers beside the weights; nil where there are none of the name.
    package func ints(at name: String) -> [Int]? { numbers[name] }

    /// Takes the state that has most of the network's names, wherever in the file it lies: under `state_dict`, `network_weights`,
    /// `module`, a running average. Then every name must be there, and every shape fit.
    ///
    /// - Returns: what was taken and what was left, in words.
    /// - Throws: `FileError` for weights of another network.
    package func load(into network: any SegmentationNetwork) throws -> String {
        let names = network.namedState().map(\.name)
        let states = states(of: names)
        guard let best = states.first else {
            let (own, other) = (names.first ?? "", tensors.keys.min() ?? "none")
            throw FileError(
                url, "does not fit this network",
                reason: "none of its \(tensors.count) tensors has a name of the network's, such as \(own); it has \(other)")
        }
        let (own, heads) = (Set(names), Set(names.map(Self.head)))
        let state = tensors.under(best.prefix).filter { name, _ in
            // Counts of batches mean nothing where there is no BatchNorm. Where states lie at the file's top, so do other things.
            (own.contains(name) || !name.hasSuffix(".num_batches_tracked"))
                && (!best.prefix.isEmpty || heads.contains(Self.head(name)))
        }
        for (name, tensor) in state.sorted(by: { $0.key < $1.key }) where try tensor.notFiniteCount() > 0 {
            throw FileError(url, "cannot be used", reason: "its weights are NaN or infinite, first in \(best.prefix)\(name)")
        }
        do {
            try network.load(state)
        } catch let error as StateError {
            throw FileError(url, "does not fit this network", reason: "\(error)")
        }
        let others = states.dropFirst().filter { $0.matches == best.matches }.map { "'\($0.prefix)'" }
        return "the weights are those of \(url.path)" + (best.prefix.isEmpty ? "" : " under '\(best.prefix)'")
            + (others.isEmpty ? "" : "; it has others under \(others.joined(separator: ", "))")
            + (skipped.isEmpty ? "" : "; not read: \(skipped.joined(separator: ", "))")
    }

    /// The prefixes under which names of the network's lie: those with most of them first, then averages last, then the shortest.
    private func states(of names: [String]) -> [(prefix: String, matches: Int)] {
        let suffixes = Set(names)
        var matches: [String: Int] = [:]
        for stored in tensors.keys {
            // Every place where a name could begin.
            var rest = stored[...]
            while true {
                if suffixes.contains(String(rest)) { matches[String(stored.dropLast(rest.count)), default: 0] += 1 }
                guard let dot = rest.firstIndex(of: ".") else { break }
                rest = rest[rest.index(after: dot)...]
            }
        }
        return matches.map { (prefix: $0.key, matches: $0.value) }.sorted { one, other in
            let isAverage = [one, other].map { $0.prefix.lowercased().contains("ema") }
            if one.matches != other.matches { return one.matches > other.matches }
            if isAverage[0] != isAverage[1] { return isAverage[1] }
            return (one.prefix.count, one.prefix) < (other.prefix.count, other.prefix)
        }
    }

    private static func head(_ name: String) -> String { String(name.prefix { $0 != "." }) }
}
