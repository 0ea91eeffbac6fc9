import DataSets
import DurableFiles
import Foundation
import Sampling
import Torch

/// The samples of a step whose numbers were not finite, written for inspection: `images` and `labels` as the network saw them,
/// and in the metadata what they are and the files they come from.
enum FailedBatch {
    private struct Sample: Encodable {
        let sample: String
        let images: [String]
        let labels: [String]
    }

    /// - Parameter cases: the training cases by name.
    static func write(_ batches: [Batch], cases: [String: DataCase], to url: URL) throws {
        let samples = batches.flatMap(\.samples).map { id in
            Sample(
                sample: id.description, images: cases[id.caseID]?.image.files.map(\.path) ?? [],
                labels: cases[id.caseID]?.label?.layers.map(\.url.path) ?? [])
        }
        try Safetensors(
            tensors: [
                "images": .concatenated(batches.map { try $0.imageTensor() }, 0),
                "labels": .concatenated(batches.map { try $0.labelTensor() }, 0),
            ],
            metadata: ["samples": try JSONEncoder.sorted().text(samples)]
        ).write(to: url)
    }
}
