import DataSets
import DurableFiles
import Foundation
import Sampling
import Torch

/// The samples of a step whose numbers were not finite, written for inspection: `images` and `labels` as the network saw them,
/// and in the metadata what they are and the files they come from.
enum FailedBatch {
    private struct Sample: Codable {
        let sample: String
        let images: [String]
        let labels: [String]
    }

    /// - Parameters:
    ///   - cases: the training cases by name.
    ///   - processes: that have the other parts of the batches; nil: there are none.
    /// - Returns: what the samples are.
    static func write(
        _ batches: [Batch], cases: [String: DataCase], sharedBy processes: TrainingProcesses?, to url: URL
    ) throws -> [String] {
        let own = batches.flatMap(\.samples).map { id in
            Sample(
                sample: id.description, images: cases[id.caseID]?.image.files.map(\.path) ?? [],
                labels: cases[id.caseID]?.label?.layers.map(\.url.path) ?? [])
        }
        let samples = try processes?.gather(own).flatMap(\.self) ?? own
        func whole(_ tensors: [Tensor]) throws -> Tensor {
            let own = try Tensor.concatenated(tensors, 0)
            return try processes?.whole(own) ?? own
        }
        try Safetensors(
            tensors: [
                "images": whole(batches.map { try $0.imageTensor() }), "labels": whole(batches.map { try $0.labelTensor() }),
            ],
            metadata: ["samples": try JSONEncoder.sorted().text(samples)]
        ).write(to: url)
        return samples.map(\.sample)
    }
}

extension Batch {
    /// [B, C, H, W]
    fileprivate func imageTensor() throws -> Tensor { try Tensor(images, shape: [count, channels] + size.lengths) }

    /// [B, H, W], uint8
    fileprivate func labelTensor() throws -> Tensor { try Tensor(labels, shape: [count] + size.lengths) }
}
