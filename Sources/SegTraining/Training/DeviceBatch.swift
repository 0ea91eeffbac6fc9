import Sampling
import SegConfiguration
import SegLosses
import SegModels
import Torch

/// A batch where the network is: on its way there, from memory that a GPU reads by itself, while the step before it is computed.
///
/// Where processes share the batches, the images are this one's part; the targets are too, or those of the whole.
package struct DeviceBatch {
    let batch: Batch
    /// [B, C, …], float32
    package let images: Tensor
    /// Of each resolution that is scored, the full one first.
    let targets: [Targets]
    /// Of the pixels of each resolution that are not ignored, the share that the targets hold: 1 where they are the whole's.
    let shares: [Double]
    /// Pixels of the whole that are not ignored.
    let pixelCount: Int

    /// - Parameter shared: with whom the batch is shared; nil: with nobody.
    package init(
        _ batch: Batch, for network: any SegmentationNetwork, on device: Device, _ format: TrainingConfiguration.MemoryFormat,
        shared: SharedBatches? = nil
    ) throws {
        self.batch = batch
        let images = try Tensor(uploading: batch.images, shape: [batch.count, batch.channels] + batch.size.lengths, to: device)
        self.images = try images.contiguous(format.layout(on: device, dimensions: batch.size.dimensions))
        let grids = LabelGrids(labels: try shared?.targets(batch.labels) ?? batch.labels, size: batch.size)
        let levels: [(targets: Targets, pixels: Int)] = try network.headSizes(of: batch.size.lengths).enumerated().map {
            level, sizes in
            let labels = level == 0 ? grids.labels : grids.resized(to: sizes, multiples: network.sizeMultiples)
            let counts = Self.classCounts(labels, images: grids.count, classes: network.classCount)
            return (
                targets: Targets(
                    try Tensor(uploading: labels, shape: [grids.count] + sizes, to: device), counts: counts),
                pixels: counts.joined().reduce(0, +)
            )
        }
        targets = levels.map(\.targets)
        let own = levels.map(\.pixels)
        let whole = try shared?.wholePixels(own) ?? own
        pixelCount = whole[0]
        shares = zip(own, whole).map { $1 == 0 ? 1 : Double($0) / Double($1) }
    }

    private init(
        _ batch: Batch, images: Tensor, targets: [Targets], shares: [Double], pixelCount: Int
    ) {
        (self.batch, self.images, self.targets, self.shares, self.pixelCount) = (batch, images, targets, shares, pixelCount)
    }

    /// The same in memory of its own, with the numbers that kernels on a device take of each resolution's labels.
    func kept(numbers: [[Float]]) throws -> DeviceBatch {
        let targets = try zip(targets, numbers).map { targets, numbers in
            Targets(
                try targets.labels.clone(), counts: targets.counts,
                numbers: try Tensor(uploading: numbers, shape: [numbers.count], to: images.device))
        }
        return DeviceBatch(batch, images: try images.clone(), targets: targets, shares: shares, pixelCount: pixelCount)
    }

    /// Takes another batch's images, labels and numbers into its own memory.
    func take(_ other: DeviceBatch, numbers: [[Float]]) throws {
        try images.copyInPlace(from: other.images)
        for (index, (own, others)) in zip(targets, other.targets).enumerated() {
            try own.labels.copyInPlace(from: others.labels)
            try own.numbers?.copyInPlace(
                from: Tensor(uploading: numbers[index], shape: [numbers[index].count], to: images.device))
        }
    }

    /// The shapes and the layout of its tensors.
    struct Form: Hashable {
        let images: [Int]
        let strides: [Int]
        let labels: [[Int]]
    }

    var form: Form { Form(images: images.shape, strides: images.strides, labels: targets.map(\.labels.shape)) }

    /// The pixels of each class in each image.
    static func classCounts(_ labels: [UInt8], images: Int, classes: Int) -> [[Int]] {
        let size = labels.count / max(images, 1)
        return labels.withUnsafeBufferPointer { labels in
            (0..<images).map { image in
                var counts = [Int](repeating: 0, count: 256)
                counts.withUnsafeMutableBufferPointer { counts in
                    for label in labels[image * size..<(image + 1) * size] { counts[Int(label)] += 1 }
                }
                return Array(counts.prefix(classes))
            }
        }
    }
}

/// The labels of a batch.
struct LabelGrids {
    /// [B] of `size`.
    let labels: [UInt8]
    let size: GridSize

    /// B.
    var count: Int { labels.count / max(size.count, 1) }

    /// Labels at a lower resolution: of each block of pixels the one behind its middle, which of the nearest ones is that of
    /// PyTorch's `nearest-exact`.
    ///
    /// - Parameters:
    ///   - sizes: of the lower resolution of the images padded to `multiples`; what lies in the padding is ignored.
    ///   - multiples: to which a network pads.
    /// - Returns: [B, …] of `sizes`.
    func resized(to sizes: [Int], multiples: [Int]) -> [UInt8] {
        let lengths = size.lengths
        let places = zip(lengths, zip(sizes, multiples)).map { length, lower in
            let (count, multiple) = lower
            let factor = (length + multiple - 1) / multiple * multiple / count
            return (0..<count).map { $0 * factor + factor / 2 }
        }
        // Planes are volumes of one plane.
        let planes = places.count == 3 ? places[0] : [0]
        let depth = lengths.count == 3 ? lengths[0] : 1
        let (height, width) = (lengths[lengths.count - 2], lengths[lengths.count - 1])
        let (rows, columns) = (places[places.count - 2], places[places.count - 1])
        var result: [UInt8] = []
        result.reserveCapacity(count * planes.count * rows.count * columns.count)
        for sample in 0..<count {
            for plane in planes {
                for row in rows {
                    let start = ((sample * depth + plane) * height + row) * width
                    let isInside = plane < depth && row < height
                    for column in columns {
                        result.append(isInside && column < width ? labels[start + column] : LabelMap.ignored)
                    }
                }
            }
        }
        return result
    }
}
