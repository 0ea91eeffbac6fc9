import DurableFiles
import Foundation
import MedicalImages
import SegData
import SegModels
import Torch
import TorchNN

/// A network ready to label images: weights, and the way from a file to its input and back.
public final class SegmentationModel {
    public let network: any SegmentationNetwork
    public let configuration: RunConfiguration
    let recipe: PlaneRecipe
    let device: Device
    /// Planes that go through the network together.
    let batchSize: Int

    init(network: any SegmentationNetwork, configuration: RunConfiguration, device: Device) throws {
        self.network = network
        self.configuration = configuration
        recipe = try configuration.recipe
        self.device = device
        batchSize = configuration.training.batchSize
    }

    /// - Throws: `CheckpointError` for weights of another network, `TorchError` for a device that is not there.
    public convenience init(checkpoint: Checkpoint, device: Device = .cpu) throws {
        let network = try checkpoint.makeNetwork()
        try network.move(to: device)
        try self.init(network: network, configuration: checkpoint.manifest.configuration, device: device)
    }

    /// The class of every voxel at native size, [depth, height, width].
    ///
    /// - Parameter onPlane: called with the planes done and their number, to show progress.
    /// - Throws: `NetworkInputError` for another number of channels.
    public func predict(_ prepared: PreparedCase, onPlane: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws -> [UInt8] {
        var labels = [UInt8](repeating: 0, count: prepared.extent.voxelCount)
        let planeSize = recipe.axis.planeSize(of: prepared.extent)
        let planes = Array(0..<recipe.axis.planeCount(of: prepared.extent))
        for start in stride(from: 0, to: planes.count, by: batchSize) {
            let chunk = planes[start..<min(start + batchSize, planes.count)]
            let predicted = try predict(
                chunk.map { prepared.input(plane: $0, recipe: recipe) }, channels: prepared.extent.channels, size: planeSize)
            for (plane, values) in zip(chunk, predicted) {
                recipe.axis.insert(values, at: plane, into: &labels, extent: prepared.extent)
                onPlane(plane + 1, planes.count)
            }
        }
        return labels
    }

    /// Label planes of the source's size for inputs of the network's size.
    private func predict(_ inputs: [[Float]], channels: Int, size source: PlaneSize) throws -> [[UInt8]] {
        let size = recipe.fit.size
        let logits = try withInference {
            let images = try Tensor(inputs.flatMap { $0 }, shape: [inputs.count, channels, size.height, size.width]).to(
                device: device)
            return try network(images, .evaluation)  // [B, classes, H, W]
        }
        if case .resize = recipe.fit, size != source {
            // Scores, not labels, are brought back to the source's size: borders stay smooth.
            let classCount = network.classCount
            let scores: [Float] = try logits.elements()
            return inputs.indices.map { index in
                let planes = (0..<classCount).map { k in
                    let start = (index * classCount + k) * size.count
                    return recipe.fit.restore(Array(scores[start..<start + size.count]), to: source)
                }
                return largest(of: planes)
            }
        }
        let labels: [UInt8] = try logits.argmax(1).to(.uint8).elements()
        return inputs.indices.map {
            recipe.fit.restore(labels: Array(labels[$0 * size.count..<($0 + 1) * size.count]), to: source)
        }
    }

    /// Element by element, the index of the plane with the largest value; the first of equals.
    private func largest(of planes: [[Float]]) -> [UInt8] {
        var best = planes[0]
        var labels = [UInt8](repeating: 0, count: best.count)
        for (k, plane) in planes.enumerated().dropFirst() {
            for index in plane.indices where plane[index] > best[index] {
                best[index] = plane[index]
                labels[index] = UInt8(k)
            }
        }
        return labels
    }
}
