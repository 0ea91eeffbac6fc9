import Foundation
import SegModels
import Torch
import TorchNN

import SegConfiguration
import SegInference

/// A network whose answer is known: the class of the level nearest to the first channel's intensity, the lower of equals.
///
/// Its scores are linear in the intensity, so interpolating them is interpolating the image.
package final class LevelNetwork: Module, SegmentationNetwork {
    package let levels: [Double]
    package let channelCount: Int
    package var classCount: Int { levels.count }
    package let sizeMultiples: [Int]

    package init(_ levels: [Double], channels: Int = 1, dimensions: Int = 2) {
        self.levels = levels
        sizeMultiples = [Int](repeating: 1, count: dimensions)
        channelCount = channels
    }

    package func evaluationBytes(sizes: [Int]) -> Int { 16 * classCount * sizes.reduce(1, *) }

    package func fittingForward(_ images: Tensor, _ mode: ForwardMode) throws -> Tensor {
        let intensity = try images.narrowed(1, 0..<1)
        return try .concatenated(levels.map { intensity * $0 - $0 * $0 / 2 }, 1)
    }

    /// A model with this network, for intensities as they stand in the file.
    ///
    /// - Parameter values: what stands for each class in label files.
    package static func model(
        _ levels: [Double], values: [[Int]]? = nil, channels: Int = 1, fit: String = "{pad: [8, 8]}", overrides: [String] = []
    ) throws -> SegmentationModel {
        let classes = levels.indices.map { "{name: c\($0), values: \(values?[$0] ?? [$0])}" }
        let configuration = try ConfigurationReader(
            file: nil,
            overrides: [
                "data.classes=[\(classes.joined(separator: ", "))]", "input.normalization={range: [0, 1]}", "input.fit=\(fit)",
            ] + overrides
        ).configuration()
        return try SegmentationModel(
            WholeInput(
                network: LevelNetwork(levels, channels: channels, dimensions: configuration.input.fit.size.dimensions)),
            configuration: configuration)
    }
}
