import Sampling
import Torch

/// The mean of the scores of an input and of its mirror images, each mirrored back: 2ⁿ passes for n axes.
///
/// Source: nnU-Net (Isensee et al. 2021), test-time mirroring.
public struct Mirrored: Inferer {
    let base: any Inferer
    /// Counted from the first axis after batch and channels: 0 is D of [D, H, W] and H of [H, W].
    let axes: [Int]

    public init(_ base: any Inferer, axes: [Int]) {
        self.base = base
        self.axes = axes
    }

    public var channelCount: Int { base.channelCount }
    public var classCount: Int { base.classCount }
    public var parameterCount: Int { base.parameterCount }

    public func scores(of images: Tensor) throws -> Tensor {
        let sum = try base.scores(of: images)
        for subset in 1..<(1 << axes.count) {
            let flipped = axes.indices.filter { subset >> $0 & 1 == 1 }.map { axes[$0] + 2 }
            try sum.addInPlace(base.scores(of: images.flipped(flipped)).flipped(flipped))
        }
        try sum.multiplyInPlace(by: 1 / Double(1 << axes.count))
        return sum
    }

    public func bytes(count: Int, size: GridSize) -> Int? {
        // The sum, and the scores mirrored back.
        base.bytes(count: count, size: size).map { $0 + (axes.isEmpty ? 0 : 8 * count * classCount * size.count) }
    }
}
