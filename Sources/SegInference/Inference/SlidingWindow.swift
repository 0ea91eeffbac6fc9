import Foundation
import Sampling
import Torch

/// A window that moves over inputs of any size, with the mean of the scores where windows overlap.
///
///     windows along an axis:  n = ⌈(size − window) / max(step · window, 1)⌉ + 1,   starts spread evenly
///     weight of a pixel:      10 · Π exp(−(x − ⌊window/2⌋)² / 2σ²),            σ = window / 8, cut at 4σ
///
/// Where the product is 0, its smallest other value stands. Inputs smaller than the window are continued by repeating their
/// border. Source: nnU-Net (Isensee et al. 2021), which pads with zeros.
public struct SlidingWindow: Inferer {
    let base: any Inferer
    let window: GridSize
    /// By how much of itself the window moves at most.
    let step: Double

    /// - Precondition: 0 < `step` ≤ 1.
    public init(_ base: any Inferer, window: GridSize, step: Double = 0.5) {
        precondition(0 < step && step <= 1, "windows that move by \(step) of themselves")
        self.base = base
        self.window = window
        self.step = step
    }

    public var channelCount: Int { base.channelCount }
    public var classCount: Int { base.classCount }
    public var parameterCount: Int { base.parameterCount }

    public func scores(of images: Tensor) throws -> Tensor {
        let sizes = Array(images.shape.dropFirst(2))
        let missing = zip(sizes, window.lengths).map { max($1 - $0, 0) }
        let padded = try missing.contains { $0 > 0 } ? images.padded(missing.reversed().flatMap { [0, $0] }, .replicate) : images
        let lengths = Array(padded.shape.dropFirst(2))
        let weight = try Tensor(weights).reshaped([1, 1] + window.lengths)
        let sum = try Tensor.zeros([images.shape[0], classCount] + lengths)
        let weightSum = try Tensor.zeros([1, 1] + lengths)
        for place in places(in: lengths) {
            let scores = try base.scores(of: padded.narrowed(to: place)).to(device: .cpu)
            try sum.narrowed(to: place).addInPlace(scores * weight)
            try weightSum.narrowed(to: place).addInPlace(weight)
        }
        return try (sum / weightSum).narrowed(to: sizes.map { 0..<$0 })
    }

    public func bytes(count: Int, size: GridSize) -> Int? {
        let padded = zip(size.lengths, window.lengths).map(max).reduce(1, *)
        // The sum, the mean and the weights, beside a window's scores and their products.
        return base.bytes(count: count, size: window).map {
            $0 + 4 * (count * (2 * classCount + channelCount) + 2) * padded + 8 * count * classCount * window.count
        }
    }

    /// Windows along an axis that is as long as the window at least.
    static func count(along size: Int, window: Int, step: Double) -> Int {
        // A window moves by a pixel at least.
        Int((Double(size - window) / max(step * Double(window), 1)).rounded(.up)) + 1
    }

    /// Every window's range along each axis.
    private func places(in lengths: [Int]) -> [[Range<Int>]] {
        zip(lengths, window.lengths).reduce([[]]) { places, axis in
            let (size, window) = axis
            let count = Self.count(along: size, window: window, step: step)
            let starts = (0..<count).map { index in
                count == 1 ? 0 : Int((Double(size - window) / Double(count - 1) * Double(index)).rounded(.toNearestOrEven))
            }
            return places.flatMap { place in starts.map { place + [$0..<$0 + window] } }
        }
    }

    /// The weight of each pixel of a window.
    private var weights: [Float] {
        let profiles = window.lengths.map { length in
            let sigma = Double(length) / 8
            let radius = Int(4 * sigma + 0.5)
            return (0..<length).map { place -> Double in
                let distance = place - length / 2
                return abs(distance) > radius ? 0 : exp(-0.5 * pow(Double(distance) / sigma, 2))
            }
        }
        let product = profiles.reduce([10.0]) { product, profile in product.flatMap { value in profile.map { value * $0 } } }
        let smallest = product.lazy.filter { $0 > 0 }.min() ?? 10
        return product.map { Float(max($0, smallest)) }
    }
}

extension Tensor {
    /// A view of ranges along all axes but the first two.
    fileprivate func narrowed(to ranges: [Range<Int>]) throws -> Tensor {
        try ranges.enumerated().reduce(self) { try $0.narrowed(2 + $1.offset, $1.element) }
    }
}
