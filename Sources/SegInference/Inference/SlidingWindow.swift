import Foundation
import Sampling
import Torch

/// A window that moves over inputs of any size, with the mean of the scores where windows overlap.
///
///     weight of a pixel:  10 · Π exp(−(x − ⌊window/2⌋)² / 2σ²),   σ = window / 8, cut at 4σ
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
        var result: Tensor?
        try forEachPart(of: sizes, batch: images.shape[0], WindowPlaces(in: padded(sizes), window: window, step: step)) { box in
            try images.narrowed(to: box)
        } body: { box, scores in
            let whole = try result ?? .empty([images.shape[0], classCount] + sizes, device: scores.device)
            try whole.narrowed(to: box).copyInPlace(from: scores)
            result = whole
        }
        return result!  // an input has a window
    }

    public func forEachPart(
        of input: SampleInput, inPlanes: Bool, onStep: (_ done: Int, _ of: Int) -> Void,
        _ body: (_ box: [Range<Int>], _ scores: Tensor) throws -> Void
    ) throws {
        let sizes = input.size.lengths
        let places = WindowPlaces(in: padded(sizes), window: window, step: step, inPlanes: inPlanes)
        let planes = inPlanes ? PlaneAssembly(of: input.size) : nil
        try forEachPart(of: sizes, batch: 1, places, onStep: onStep) { box in
            try Tensor(input.values(in: box), shape: [1, input.channelCount] + box.map(\.count))
        } body: { box, scores in
            guard let planes else { return try body(box, scores) }
            for (box, scores) in try planes.add(scores, box) { try body(box, scores) }
        }
    }

    public func bytes(count: Int, size: GridSize) -> Int? {
        bytes(count: count, size: size, undone: padded(size.lengths).reduce(1, *))
    }

    public func bytesOfParts(of size: GridSize, inPlanes: Bool) -> Int? {
        let places = WindowPlaces(in: padded(size.lengths), window: window, step: step, inPlanes: inPlanes)
        // Whole planes are put together beside the sums.
        let planes = inPlanes ? 4 * classCount * window.depth * size.height * size.width : 0
        return bytes(count: 1, size: size, undone: places.mostUndone).map { $0 + planes }
    }

    /// The sums and their weights of what is not done, beside a window's image, scores and their products.
    private func bytes(count: Int, size: GridSize, undone: Int) -> Int? {
        base.bytes(count: count, size: window).map {
            $0 + 4 * ((count * classCount + 1) * undone + (count * (classCount + channelCount) + 1) * window.count)
        }
    }

    private func padded(_ sizes: [Int]) -> [Int] { zip(sizes, window.lengths).map(max) }

    /// The scores of an input, a part as soon as no window changes it any more: memory holds the sums of what is begun alone.
    ///
    /// - Parameters:
    ///   - sizes: of the input.
    ///   - source: what lies in a box of it, [B, C, …].
    ///   - body: gets each part within the input once.
    private func forEachPart(
        of sizes: [Int], batch: Int, _ places: WindowPlaces, onStep: (_ done: Int, _ of: Int) -> Void = { _, _ in },
        source: (_ box: [Range<Int>]) throws -> Tensor, body: (_ box: [Range<Int>], _ scores: Tensor) throws -> Void
    ) throws {
        // On the device that scores.
        var weight = try Tensor(weights).reshaped([1, 1] + window.lengths)
        var sums: [WindowPlaces.Part: (scores: Tensor, weight: Tensor)] = [:]
        for (number, stop) in places.stops.enumerated() {
            let inside = zip(stop.window, sizes).map { $0.clamped(to: 0..<$1) }
            let missing = zip(stop.window, inside).map { $0.count - $1.count }
            let image = try source(inside)
            let seen = try missing.contains { $0 > 0 } ? image.padded(missing.reversed().flatMap { [0, $0] }, .replicate) : image
            let raw = try base.scores(of: seen)
            if weight.device != raw.device { weight = try weight.to(device: raw.device) }
            let scores = raw * weight
            for part in stop.covered {
                let common = zip(part.box, stop.window).map { $0.clamped(to: $1) }
                let (within, ofWindow) = (common.places(in: part.box), common.places(in: stop.window))
                let sum =
                    try sums[part] ?? (
                        .zeros([batch, classCount] + part.box.map(\.count), device: raw.device),
                        .zeros([1, 1] + part.box.map(\.count), device: raw.device)
                    )
                try sum.scores.narrowed(to: within).addInPlace(scores.narrowed(to: ofWindow))
                try sum.weight.narrowed(to: within).addInPlace(weight.narrowed(to: ofWindow))
                sums[part] = sum
            }
            for part in stop.done {
                guard let sum = sums.removeValue(forKey: part) else { continue }
                let box = zip(part.box, sizes).map { $0.clamped(to: 0..<$1) }
                if box.contains(where: \.isEmpty) { continue }
                try body(box, (sum.scores / sum.weight).narrowed(to: box.places(in: part.box)))
            }
            onStep(number + 1, places.count)
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

/// Puts parts of a volume together that become whole planes, and gives those away in order.
private final class PlaneAssembly {
    private let size: GridSize
    /// By their first plane: the scores, the planes, and the pixels of a plane that are there.
    private var begun: [Int: (scores: Tensor, planes: Range<Int>, pixels: Int)] = [:]
    private var next = 0

    init(of size: GridSize) { self.size = size }

    /// - Parameter box: with the same planes as all parts that begin where it does.
    func add(_ scores: Tensor, _ box: [Range<Int>]) throws -> [(box: [Range<Int>], scores: Tensor)] {
        let planes = box[0]
        var slab =
            try begun[planes.lowerBound]
            ?? (.empty([1, scores.shape[1], planes.count, size.height, size.width], device: scores.device), planes, 0)
        try slab.scores.narrowed(to: [0..<planes.count] + box.dropFirst()).copyInPlace(from: scores)
        slab.pixels += box[1].count * box[2].count
        begun[planes.lowerBound] = slab
        var done: [(box: [Range<Int>], scores: Tensor)] = []
        while let slab = begun[next], slab.pixels == size.height * size.width {
            begun[next] = nil
            next = slab.planes.upperBound
            done.append((box: [slab.planes, 0..<size.height, 0..<size.width], scores: slab.scores))
        }
        return done
    }
}

extension [Range<Int>] {
    /// Where ranges lie in others that hold them.
    fileprivate func places(in others: [Range<Int>]) -> [Range<Int>] {
        zip(self, others).map { $0.lowerBound - $1.lowerBound..<$0.upperBound - $1.lowerBound }
    }
}

extension Tensor {
    /// A view of ranges along all axes but the first two.
    func narrowed(to ranges: [Range<Int>]) throws -> Tensor {
        try ranges.enumerated().reduce(self) { try $0.narrowed(2 + $1.offset, $1.element) }
    }
}
