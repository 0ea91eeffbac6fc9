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
    /// - Parameters:
    ///   - onPlane: called with the planes done and their number, to show progress.
    ///   - onLogits: called with the numbers of some planes and their scores at the network's size, `[B, C, H, W]`.
    /// - Throws: `NetworkInputError` for another number of channels; what `onLogits` throws.
    public func predict(
        _ prepared: PreparedCase, onPlane: (_ done: Int, _ of: Int) -> Void = { _, _ in },
        onLogits: (_ planes: Range<Int>, _ logits: Tensor) throws -> Void = { _, _ in }
    ) throws -> [UInt8] {
        var labels = [UInt8](repeating: 0, count: prepared.extent.voxelCount)
        let count = recipe.axis.planeCount(of: prepared.extent)
        try forEachBatch(of: prepared) { planes, logits in
            try onLogits(planes, logits)
            for (plane, values) in zip(planes, try predicted(logits, count: planes.count, route: prepared.route)) {
                recipe.axis.insert(values, at: plane, into: &labels, extent: prepared.extent)
                onPlane(plane + 1, count)
            }
        }
        return labels
    }

    /// The scores that `predict` compares, plane by plane at native size, so that memory holds those of one batch.
    ///
    /// - Parameter body: called with the plane's number and its scores, `[C, height, width]`.
    /// - Throws: `NetworkInputError` for another number of channels; what `body` throws.
    public func forEachPlane(of prepared: PreparedCase, _ body: (_ plane: Int, _ scores: [Float]) throws -> Void) throws {
        try forEachBatch(of: prepared) { planes, logits in
            for (plane, scores) in zip(planes, try restored(logits, count: planes.count, route: prepared.route)) {
                try body(plane, scores.flatMap { $0 })
            }
        }
    }

    /// Sends the planes of a case through the network, a batch at a time.
    ///
    /// - Parameter body: called with the numbers of the planes and their logits, `[B, C, H, W]` in the network's size.
    private func forEachBatch(of prepared: PreparedCase, _ body: (Range<Int>, Tensor) throws -> Void) throws {
        let (size, channels) = (prepared.route.inputSize, prepared.extent.channels)
        let count = recipe.axis.planeCount(of: prepared.extent)
        for start in stride(from: 0, to: count, by: batchSize) {
            let planes = start..<min(start + batchSize, count)
            let inputs = planes.flatMap { prepared.input(plane: $0, recipe: recipe) }
            let logits = try withInference {
                try network(
                    Tensor(inputs, shape: [planes.count, channels, size.height, size.width]).to(device: device), .evaluation)
            }
            try body(planes, logits)
        }
    }

    /// Label planes of the native size.
    private func predicted(_ logits: Tensor, count: Int, route: PlaneRoute) throws -> [[UInt8]] {
        if route.interpolates { return try restored(logits, count: count, route: route).map(largest(of:)) }
        let labels: [UInt8] = try logits.argmax(1).to(.uint8).elements()
        let pixels = route.inputSize.count
        return (0..<count).map { route.restore(labels: Array(labels[$0 * pixels..<($0 + 1) * pixels])) }
    }

    /// For each image, a plane of scores of the native size for each class.
    private func restored(_ logits: Tensor, count: Int, route: PlaneRoute) throws -> [[[Float]]] {
        let (pixels, classCount) = (route.inputSize.count, network.classCount)
        let scores: [Float] = try logits.elements()
        return (0..<count).map { index in
            (0..<classCount).map { k in
                let start = (index * classCount + k) * pixels
                return route.restore(Array(scores[start..<start + pixels]))
            }
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
